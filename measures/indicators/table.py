"""The declared indicators of this room."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from casework.indicators import Indicator, Measure, Narrowed, register
from measures.indicators.rows import (
    ads_found,
    ads_removed,
    calls,
    closure_checks,
    closures,
    decisions,
    directives,
    duties,
    materials,
    mysteries,
    talk_parties,
    whistles,
)

AD = (("get_kind_display", "形式"), ("place", "地点"), ("owner_words", "广告主"), ("found_on", "发现日期"))
AD_DONE = (*AD, ("removed_pieces", "清除数量"), ("removed_at", "清除时间"))
TALK = (("institution.name", "机构"), ("talk.held_at", "约谈时间"), ("promise", "承诺事项"))
PAPER = (("number", "文号"), ("party_name", "受文对象"), ("issued_at", "制发时间"))
CALL = (
    ("whistle.matter", "事项"),
    ("organisation.name", "部门"),
    ("arrive_due_at", "到场时限"),
    ("arrived_at", "到场时间"),
)


def _ads() -> None:
    url: dict[str, Any] = {"url_name": "measures:ad_list"}
    offline = Narrowed(ads_found, ~Q(kind__in=["WECHAT", "ONLINE"]))
    online = Narrowed(ads_found, Q(kind__in=["WECHAT", "ONLINE"]))
    gate = Narrowed(ads_found, Q(origin="SCHOOL_GATE"))
    back = Narrowed(ads_found, Q(status="BACK"))
    register(
        Indicator(
            "adcase_n",
            "发现违规广告",
            "处",
            ads_found,
            "期间内发现的广告，一处计一次，认定不属违规的不计。",
            columns=AD,
            **url,
        ),
        Indicator(
            "adcase_pieces",
            "发现违规广告数量",
            "块（张、篇）",
            offline,
            "期间内发现的线下广告数量之和。",
            Measure.SUM,
            "pieces",
            columns=AD,
            **url,
        ),
        Indicator(
            "adcase_online",
            "发现网络违规广告",
            "篇（条）",
            online,
            "期间内发现的网络广告，一条计一次。",
            columns=AD,
            **url,
        ),
        Indicator(
            "adcase_school_gate",
            "校门口巡查发现广告",
            "处",
            gate,
            "期间内开学校门口巡查发现的广告，一处计一次。",
            columns=AD,
            **url,
        ),
        Indicator(
            "adcase_removed",
            "清除违规广告数量",
            "块（张、篇）",
            ads_removed,
            "期间内清除且没有反弹的数量之和，按清除时间计；检查中当场拆除的计入检查问题，不重复登记。",
            Measure.SUM,
            "removed_pieces",
            columns=AD_DONE,
            **url,
        ),
        Indicator(
            "adcase_removed_inst",
            "被清除广告涉及机构",
            "家",
            Narrowed(ads_removed, Q(institution__isnull=False)),
            "期间内被清除广告的机构，同一机构只计一次。",
            Measure.DISTINCT,
            "institution",
            columns=AD_DONE,
            **url,
        ),
        Indicator(
            "adcase_back", "反弹广告", "处", back, "期间内发现、现在复核为反弹的广告。", columns=AD, **url
        ),
    )


def _talks() -> None:
    url: dict[str, Any] = {"url_name": "measures:talk_list"}
    promised = Narrowed(talk_parties, ~Q(promise=""))
    kept = Narrowed(talk_parties, Q(result="KEPT"))
    register(
        Indicator(
            "talk_n",
            "约谈",
            "次",
            talk_parties,
            "期间内举行的约谈，集体约谈计一次。",
            Measure.DISTINCT,
            "talk",
            columns=TALK,
            **url,
        ),
        Indicator(
            "talk_inst",
            "约谈机构",
            "家",
            talk_parties,
            "期间内被约谈的机构，同一机构只计一次。",
            Measure.DISTINCT,
            "institution",
            columns=TALK,
            **url,
        ),
        Indicator(
            "talk_inst_pt",
            "约谈机构",
            "家次",
            talk_parties,
            "期间内被约谈的机构，每次约谈每家计一次。",
            columns=TALK,
            **url,
        ),
        Indicator(
            "talk_promise_n", "约谈承诺", "项", promised, "期间内约谈作出的承诺。", columns=TALK, **url
        ),
        Indicator(
            "talk_promise_kept",
            "已兑现承诺",
            "项",
            kept,
            "期间内约谈承诺中跟踪为已兑现的。",
            columns=TALK,
            **url,
        ),
    )


def _papers() -> None:
    url: dict[str, Any] = {"url_name": "measures:directive_list"}
    stops = Narrowed(directives, Q(kind="SUSPENSION_NOTICE"))
    for key, label, code in (
        ("suspension_n", "停办通知书", "SUSPENSION_NOTICE"),
        ("ban_n", "取缔通知书", "BAN_NOTICE"),
        ("assignment_n", "现场交办单", "SITE_ASSIGNMENT"),
        ("supervision_n", "督办函", "SUPERVISION_LETTER"),
        ("reminder_n", "提示函", "REMINDER_LETTER"),
        ("parent_letter_n", "致家长告知书", "PARENT_LETTER"),
    ):
        rows = Narrowed(directives, Q(kind=code))
        register(
            Indicator(
                key, label, "份", rows, f"期间内制发的{label}，撤回和被替代的不计。", columns=PAPER, **url
            )
        )
    register(
        Indicator(
            "suspension_pupils",
            "停办时在场学生",
            "人次",
            stops,
            "期间内停办通知书登记的在场学生数之和。",
            Measure.SUM,
            "students_present",
            columns=PAPER,
            **url,
        )
    )


def _joint() -> None:
    late = Narrowed(calls, Q(arrived_at__gt=F("arrive_due_at")))
    done = Narrowed(decisions, Q(status="DONE"))
    decision = (("text", "议定事项"), ("assignee.name", "责任单位"), ("due_on", "期限"))
    duty = (("user.name", "人员"), ("shift.area", "区域"), ("shift.starts_at", "开始时间"))
    whistle_url, meeting_url = "measures:whistle_list", "measures:meeting_list"
    register(
        Indicator(
            "whistle_n",
            "镇街吹哨",
            "次",
            whistles,
            "期间内的吹哨，撤销的不计。",
            columns=(("matter", "事项"), ("caller.name", "镇街"), ("called_at", "吹哨时间")),
            url_name=whistle_url,
        ),
        Indicator(
            "whistle_call_pt",
            "部门报到",
            "次",
            calls,
            "期间内吹哨事项中部门到场一次计一次。",
            columns=CALL,
            url_name=whistle_url,
        ),
        Indicator(
            "whistle_late",
            "逾时报到",
            "次",
            late,
            "到场时间晚于到场时限的报到。",
            columns=CALL,
            url_name=whistle_url,
        ),
        Indicator(
            "decision_n",
            "会议议定事项",
            "项",
            decisions,
            "期间内印发的纪要中的议定事项，不再落实的不计。",
            columns=decision,
            url_name=meeting_url,
        ),
        Indicator(
            "decision_done",
            "已落实议定事项",
            "项",
            done,
            "其中已确认落实的。",
            columns=decision,
            url_name=meeting_url,
        ),
        Indicator(
            "duty_pt",
            "夜间周末值班",
            "人次",
            duties,
            "期间内值班，每人每班计一次。",
            columns=duty,
            url_name="measures:shift_list",
        ),
        Indicator(
            "shift_n",
            "值班班次",
            "班",
            duties,
            "期间内有人值班的班次。",
            Measure.DISTINCT,
            "shift",
            columns=duty,
            url_name="measures:shift_list",
        ),
        Indicator(
            "mystery_n",
            "明察暗访",
            "次",
            mysteries,
            "期间内的明察暗访，只产生线索，不计入检查。",
            columns=(("place", "地点"), ("visited_at", "时间")),
            url_name="measures:mystery_list",
        ),
        Indicator(
            "closure_n",
            "应急停课通知",
            "份",
            closures,
            "期间内发布的应急停课通知，撤回的不计。",
            columns=(("title", "标题"), ("issued_at", "发布时间")),
            url_name="measures:closure_list",
        ),
        Indicator(
            "closure_broken",
            "停课期间违规机构",
            "家次",
            Narrowed(closure_checks, Q(complied=False)),
            "期间内核查为没有停课的机构，每份通知每家计一次。",
            columns=(("institution.name", "机构"), ("checked_on", "核查日期"), ("note", "情况")),
            url_name="measures:closure_list",
        ),
        Indicator(
            "material_handed",
            "接收培训材料",
            "册",
            materials,
            "期间内机构自愿移交的材料册数之和。",
            Measure.SUM,
            "copies",
            columns=(("title", "名称"), ("copies", "册数")),
            url_name="measures:handover_list",
        ),
    )


def register_all() -> None:
    """Declare this room's numbers."""
    _ads()
    _talks()
    _papers()
    _joint()
