"""Ads, talks and materials of the demonstration county."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from config.demo.measures.duty import EDUCATION, MARKET
from config.demo.outings import photo
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline
from config.demo.year_2023 import rotate
from institutions.models import Institution
from measures import services
from measures.models import Talk


def _ad(county: County, moment: datetime, **values: Any) -> Any:
    place: Institution | None = values.get("institution")
    fields = {
        "kind": "BILLBOARD",
        "origin": "PATROL",
        "found_on": timezone.localdate(moment),
        "owner_kind": "INSTITUTION" if place else "UNKNOWN",
        **values,
    }
    return services.ad_register(
        actor=county.officer,
        region=place.region if place else county.towns[0],
        lead_organ=county.education,
        values=fields,
        photos=[photo(f"{values['place']}")],
        at=moment,
    )


def _school_gate(county: County, places: Places, moment: datetime) -> None:
    place = rotate(places.licensed, 5, 1)[0]
    ad = _ad(
        county,
        moment,
        origin="SCHOOL_GATE",
        kind="LEAFLET",
        place="初级中学校门口",
        school_name="示例初级中学",
        pieces=40,
        content="开学班优惠招生传单",
        institution=place,
    )
    later = moment + timedelta(hours=2)
    ad = services.ad_order(actor=county.officer, ad=ad, order_text="立即停止发放并收回", at=later)
    ad = services.ad_remove(
        actor=county.officer,
        ad=ad,
        removed_at=later,
        pieces=40,
        by="机构自行收回",
        photos=[photo("校门口清除后")],
        at=later,
    )
    services.ad_check(
        actor=county.officer,
        ad=ad,
        checked_on=timezone.localdate(moment) + timedelta(days=7),
        is_gone=True,
        note="放学时段复查，没有再发放",
        at=moment + timedelta(days=7),
    )


def _ads(county: County, places: Places, moment: datetime) -> None:
    first, second = rotate(places.licensed, 8, 2)
    board = _ad(
        county,
        moment,
        place="净坛一路公交站旁",
        pieces=2,
        content="名师一对一，提分看得见",
        institution=first,
    )
    services.ad_order(
        actor=county.officer,
        ad=board,
        order_text="拆除广告牌，不得再发布",
        due_on=timezone.localdate(moment) + timedelta(days=4),
        at=moment,
    )
    wall = _ad(
        county, moment, kind="WALL", place="示例小区 3 栋楼道", pieces=6, content="小学数学辅导，联系面谈"
    )
    article = _ad(
        county,
        moment,
        kind="WECHAT",
        origin="ONLINE_WATCH",
        place="微信公众号“示例培训资讯”",
        pieces=1,
        content="承诺期末提高二十分",
        url="https://example.com/article/1",
        institution=second,
    )
    article = services.ad_refer(
        actor=county.officer,
        ad=article,
        to=county.organs[MARKET],
        reason="作保证性承诺，涉嫌违反广告法",
        at=moment,
    )
    gone = services.ad_remove(
        actor=county.officer,
        ad=wall,
        removed_at=moment + timedelta(hours=5),
        pieces=6,
        by="县城管局",
        photos=[photo("楼道清除后")],
        at=moment + timedelta(hours=5),
    )
    assert gone.recheck_due_on


def _talk(county: County, places: Places, timeline: Timeline, moment: datetime) -> None:
    one = rotate(places.licensed, 3, 1)
    several = rotate(places.licensed, 14, 3)
    held_at = moment + timedelta(days=3)
    single = _talk_draft(county, one, "SINGLE", "预收费没有全部进入监管账户", held_at, moment)
    group = _talk_draft(
        county, several, "COLLECTIVE", "寒假前规范经营集体约谈", moment + timedelta(days=15), moment
    )
    single = services.talk_invite(actor=county.officer, talk=single, at=moment)
    services.talk_invite(actor=county.officer, talk=group, at=moment)
    timeline.add(timezone.localdate(held_at), 16, partial(_hold, county, single))


def _talk_draft(
    county: County, rows: list[Institution], kind: str, reason: str, when: datetime, moment: datetime
) -> Talk:
    return services.talk_draft(
        actor=county.officer,
        organ=county.education,
        values={
            "kind": kind,
            "reason": reason,
            "basis": "《关于加强校外培训机构预收费监管工作的通知》",
            "planned_at": when,
            "place": "县教委三楼会议室",
            "host": county.head,
            "recorder": county.officer,
        },
        institutions=rows,
        at=moment,
    )


def _hold(county: County, talk: Talk, moment: datetime) -> None:
    party = talk.parties.get()
    services.talk_hold(
        actor=county.officer,
        talk=talk,
        held_at=moment - timedelta(hours=1),
        requirements="十日内将预收费全部归集到监管账户\n公示监管账户",
        came={
            party.pk: services.Came(
                "HEAD",
                "负责人",
                "校长",
                "十日内完成归集并报送流水",
                timezone.localdate(moment) + timedelta(days=7),
            )
        },
        at=moment,
    )


def _materials(county: County, places: Places, moment: datetime) -> None:
    place = rotate(places.licensed, 6, 1)[0]
    row = services.handover_draft(
        actor=county.officer,
        institution=place,
        organ=county.education,
        officers=(county.officer, county.team(EDUCATION, 1, 1)[0]),
        values={
            "purpose": "培训材料审核",
            "handed_by": "教务负责人",
            "handed_title": "教务主任",
            "is_voluntary": True,
            "received_on": timezone.localdate(moment),
            "place": place.address or "机构前台",
            "kept_at": "监管科资料柜",
        },
        at=moment,
    )
    for title, source, copies in (("暑期思维训练讲义", "SELF_MADE", 2), ("口语练习册", "BOUGHT", 1)):
        services.item_add(
            actor=county.officer,
            handover=row,
            values={"title": title, "source": source, "copies": copies, "edition": "2026 年"},
            at=moment,
        )
    services.handover_receive(actor=county.officer, handover=row, at=moment)
