"""Each measure from its beginning to its end, and the gates in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile
from inspections.models import Finding, FindingPhoto, Visit
from institutions.models import Institution
from institutions.services import institution_reopen, institution_resume
from measures import services
from measures.models import ClosureTarget, Duty, Swap
from tests.conftest import World
from tests.inspections.making import photo
from tests.measures import making

pytestmark = pytest.mark.django_db


def test_an_ad_is_ordered_away_removed_and_rechecked(law: World, place: Institution) -> None:
    ad = making.ad(law, place)
    ad = services.ad_order(actor=law.officer, ad=ad, order_text="立即拆除")
    assert ad.status == "ORDERED"
    assert ad.due_on > making.today()
    with pytest.raises(Blocked, match="清除后的照片"):
        services.ad_remove(actor=law.officer, ad=ad, removed_at=making.now(), pieces=2, by="机构自行拆除")
    with pytest.raises(Unlawful, match="1 至 2"):
        services.ad_remove(actor=law.officer, ad=ad, removed_at=making.now(), pieces=3, by="机构")
    ad = services.ad_remove(
        actor=law.officer, ad=ad, removed_at=making.now(), pieces=2, by="机构", photos=[photo("blue")]
    )
    assert (ad.status, ad.removed_pieces) == ("REMOVED", 2)
    ad = services.ad_check(
        actor=law.officer, ad=ad, checked_on=making.today(), is_gone=False, note="又挂上了"
    )
    assert ad.status == "BACK"
    with pytest.raises(Blocked, match="清除后的照片"):
        services.ad_remove(actor=law.officer, ad=ad, removed_at=making.now(), pieces=2, by="城管")
    for colour, refusal, words in (("red", Unlawful, "换一张"), ("blue", Blocked, "清除后的照片")):
        with pytest.raises(refusal, match=words):
            services.ad_remove(
                actor=law.officer, ad=ad, removed_at=making.now(), pieces=2, by="城管", photos=[photo(colour)]
            )
    ad = services.ad_remove(
        actor=law.officer, ad=ad, removed_at=making.now(), pieces=2, by="城管", photos=[photo("green")]
    )
    ad = services.ad_check(actor=law.officer, ad=ad, checked_on=making.today(), is_gone=True, note="仍已清除")
    assert ad.status == "CLOSED"
    assert ad.checks.count() == 2


def test_an_online_ad_keeps_a_hashed_snapshot_and_is_referred(law: World) -> None:
    with pytest.raises(Unlawful):
        making.ad(law, kind="WECHAT")
    ad = making.ad(
        law, kind="WECHAT", url="https://example.com/a", pieces=1, owner_kind="PERSON", owner_name="某公众号"
    )
    assert len(ad.snapshot_sha256) == 64
    ad = services.ad_refer(actor=law.officer, ad=ad, to=law.market, reason="涉嫌虚假宣传")
    assert ad.referral_document.number.startswith("巫教培移")
    assert ad.referral_document.party == law.market.name
    ad = services.ad_receipt(
        actor=law.market_officer, ad=ad, receipt_no="市监收2026-8", receipt_on=making.today()
    )
    assert ad.receipt_no == "市监收2026-8"
    with pytest.raises(Unlawful, match="承办单位自己"):
        services.ad_refer(actor=law.officer, ad=making.ad(law), to=law.education, reason="x")


def test_an_ad_without_photo_or_of_another_body_is_stopped(law: World, place: Institution) -> None:
    ad = making.ad(law, place, shown=False)
    with pytest.raises(Blocked, match="现场照片"):
        services.ad_order(actor=law.officer, ad=ad, order_text="拆除")
    with pytest.raises(Blocked, match="办理"):
        services.ad_order(actor=law.market_officer, ad=making.ad(law, place), order_text="拆除")
    with pytest.raises(NotAllowed):
        services.ad_order(actor=law.clerk, ad=ad, order_text="拆除")


def test_a_talk_with_promise_and_follow_up(law: World, place: Institution, shed: Institution) -> None:
    talk = services.talk_invite(actor=law.officer, talk=making.talk(law, place, shed))
    assert talk.invitation.number == f"巫教培约谈通〔{making.today().year}〕1号"
    with time_machine.travel(making.now() + timedelta(days=1, hours=1), tick=False):
        first, second = talk.parties.order_by("pk")
        came = {
            first.pk: services.Came(
                "HEAD", "王负责", "校长", "一周内全部归集", making.today() + timedelta(days=7)
            ),
            second.pk: services.Came("ABSENT"),
        }
        with pytest.raises(Unlawful, match="到场情况"):
            services.talk_hold(
                actor=law.officer, talk=talk, held_at=making.now(), requirements="归集", came={}
            )
        talk = services.talk_hold(
            actor=law.officer, talk=talk, held_at=making.now(), requirements="全部归集", came=came
        )
        assert talk.record.number
        with pytest.raises(Blocked, match="承诺没有跟踪"):
            services.talk_close(actor=law.officer, talk=talk)
        first.refresh_from_db()
        services.promise_follow(
            actor=law.officer, party=first, result="KEPT", note="银行流水已核", on=making.today()
        )
        assert services.talk_close(actor=law.officer, talk=talk).status == "CLOSED"


def test_a_talk_needs_its_parties_and_the_future(law: World, place: Institution) -> None:
    talk = making.talk(law, place, kind="COLLECTIVE")
    with pytest.raises(Blocked, match="至少 2 家"):
        services.talk_invite(actor=law.officer, talk=talk)
    late = making.talk(law, place, planned_at=making.now() - timedelta(hours=1))
    with pytest.raises(Unlawful, match="已过"):
        services.talk_invite(actor=law.officer, talk=late)
    with pytest.raises(Unlawful):
        making.talk(law, place, recorder=law.officer)


def test_a_whistle_runs_its_clocks_and_is_evaluated(law: World) -> None:
    whistle = making.whistle(law)
    calls = {call.organisation_id: call for call in whistle.calls.all()}
    ours, theirs = calls[law.education.pk], calls[law.market.pk]
    assert ours.arrive_due_at - whistle.called_at == timedelta(hours=1)
    with pytest.raises(Blocked, match="办理"):
        services.call_acknowledge(actor=law.market_officer, call=ours)
    services.call_acknowledge(actor=law.officer, call=ours)
    with time_machine.travel(making.now() + timedelta(hours=2), tick=False):
        ours = services.call_arrive(
            actor=law.officer, call=ours, arrived_at=making.now(), people="执法甲、执法乙"
        )
        assert ours.was_late
        services.call_return(actor=law.market_officer, call=theirs, reason="不涉及营业执照")
        services.call_finish(actor=law.officer, call=ours, action="现场关停")
        whistle.refresh_from_db()
        assert whistle.status == "HANDLED"
        with pytest.raises(Unlawful, match="请评价"):
            services.whistle_close(actor=law.township, whistle=whistle, result="已关停", ratings={})
        done = services.whistle_close(
            actor=law.township, whistle=whistle, result="已关停", ratings={ours.pk: ("GOOD", "")}
        )
        assert done.status == "CLOSED"
    with pytest.raises(NotAllowed):
        services.whistle_blow(actor=law.officer, values={}, departments=[law.market])


def test_decisions_are_reported_confirmed_and_pressed(law: World) -> None:
    meeting = making.meeting(law, due=making.today() - timedelta(days=1))
    decision = meeting.decisions.get()
    with pytest.raises(Blocked, match="纪要还没有印发"):
        services.decision_report(actor=law.market_officer, decision=decision, report="完成")
    meeting = services.meeting_issue(actor=law.head, meeting=meeting)
    assert meeting.number
    decision.refresh_from_db()
    letter = services.decision_press(actor=law.head, decision=decision, officers=(law.officer, law.officer2))
    assert (letter.kind, letter.receiver_id, letter.original_no) == (
        "SUPERVISION_LETTER",
        law.market.pk,
        meeting.number,
    )
    assert (
        services.decision_press(actor=law.head, decision=decision, officers=(law.officer, law.officer2))
        == letter
    )
    assert services.directive_issue(actor=law.head, directive=letter).number.startswith("巫教培督办")
    with pytest.raises(Blocked, match="还有 1 项"):
        services.meeting_finish(actor=law.head, meeting=meeting)
    decision = services.decision_report(actor=law.market_officer, decision=decision, report="已清理 3 户")
    services.decision_confirm(actor=law.head, decision=decision)
    assert services.meeting_finish(actor=law.head, meeting=meeting).status == "DONE"


def test_a_stop_notice_counts_pupils_and_suspends_the_place(law: World, place: Institution) -> None:
    row = making.issued(law, "SUSPENSION_NOTICE", place)
    assert row.number.startswith("巫教培停办")
    assert (row.officer_one_no, row.officer_two_no) == ("50023701", "50023702")
    with pytest.raises(Unlawful, match="签收人"):
        services.directive_serve(
            actor=law.officer, directive=row, served=services.Served("DIRECT", making.now())
        )
    row = making.served(law, row)
    place.refresh_from_db()
    assert place.operating_state == "SUSPENDED"
    with pytest.raises(Blocked, match="还没有办结"):
        institution_resume(actor=law.head, institution=place, reason="x", on=making.today())
    with pytest.raises(Blocked, match="8 名在场学生"):
        services.directive_finish(actor=law.officer, directive=row, note="已停")
    with pytest.raises(Unlawful, match="合计"):
        services.pupils_hand_over(actor=law.officer, directive=row, to_parents=8, to_school=1, note="")
    row = services.pupils_hand_over(actor=law.officer, directive=row, to_parents=7, to_school=1, note="当场")
    row = services.directive_finish(actor=law.officer, directive=row, note="已整改", may_resume=True)
    place.refresh_from_db()
    assert (row.status, place.operating_state) == ("DONE", "OPERATING")


def test_a_ban_is_signed_by_the_head_published_and_blocks_reopening(law: World, shed: Institution) -> None:
    draft = making.directive(law, "BAN_NOTICE", shed)
    with pytest.raises(Blocked, match="负责人签发"):
        services.directive_issue(actor=law.officer, directive=draft)
    row = services.directive_issue(actor=law.head, directive=draft)
    shed.refresh_from_db()
    assert shed.operating_state == "BANNED"
    with pytest.raises(Blocked, match="取缔通知书"):
        institution_reopen(actor=law.head, institution=shed, reason="申请", on=making.today())
    row = making.served(law, row)
    with pytest.raises(Blocked, match="没有公告"):
        services.directive_finish(actor=law.officer, directive=row, note="已取缔")
    row = services.ban_publish(actor=law.officer, directive=row, on=making.today(), where="县政府网站")
    row = services.directive_finish(actor=law.officer, directive=row, note="已取缔")
    assert row.status == "DONE"


def test_a_withdrawn_ban_lets_the_place_be_entered_again(law: World, shed: Institution) -> None:
    row = making.issued(law, "BAN_NOTICE", shed)
    row = services.directive_withdraw(actor=law.head, directive=row, reason="对象有误")
    assert row.document.state == "VALID"
    row.document.refresh_from_db()
    assert row.document.state == "WITHDRAWN"
    shed.refresh_from_db()
    back = institution_reopen(actor=law.head, institution=shed, reason="对象有误", on=making.today())
    assert back.operating_state == "OPERATING"


def test_a_licensed_place_is_not_banned(law: World, place: Institution) -> None:
    with pytest.raises(Blocked, match="不适用取缔"):
        making.issued(law, "BAN_NOTICE", place)


def test_officers_must_be_certified_by_the_issuing_organ(law: World, place: Institution) -> None:
    draft = services.directive_draft(
        actor=law.officer,
        kind="REMINDER_LETTER",
        organ=law.education,
        officers=(law.officer, law.market_officer),
        values={"institution": place, "facts": "收费公示不全", "demand": "补齐公示"},
    )
    with pytest.raises(Blocked, match="有效执法证") as refused:
        services.directive_issue(actor=law.officer, directive=draft)
    assert {reason.gate for reason in refused.value.reasons} == {"G05"}
    with pytest.raises(Unlawful):
        services.directive_draft(
            actor=law.officer,
            kind="REMINDER_LETTER",
            organ=law.education,
            officers=(law.officer, law.officer),
            values={"institution": place, "facts": "x", "demand": "y"},
        )


def test_an_incomplete_document_says_what_is_missing(law: World) -> None:
    draft = making.directive(law, "SUPERVISION_LETTER", demand="", original_no="")
    with pytest.raises(Blocked, match="要求（一行一项）、原文号"):
        services.directive_issue(actor=law.officer, directive=draft)


def test_a_document_is_replaced_by_a_new_one(law: World, place: Institution) -> None:
    old = making.issued(law, "REMINDER_LETTER", place)
    fresh = services.directive_replace(actor=law.officer, directive=old)
    assert services.directive_replace(actor=law.officer, directive=old) == fresh
    fresh = services.directive_edit(actor=law.officer, directive=fresh, values={"facts": "更正后的情况"})
    fresh = services.directive_issue(actor=law.officer, directive=fresh)
    old.refresh_from_db()
    assert old.status == "SUPERSEDED"
    assert old.document.state == "SUPERSEDED"
    assert old.document.superseded_by == fresh.document


def test_a_closure_lists_places_and_is_lifted(law: World, place: Institution, shed: Institution) -> None:
    closure = making.closure(law, scope_kind="TOWNS", towns=[law.town2])
    with pytest.raises(NotAllowed):
        services.closure_issue(actor=law.officer, closure=closure)
    assert services.closure_issue(actor=law.head, closure=closure).targets.count() == 0
    whole = services.closure_issue(actor=law.head, closure=making.closure(law))
    target: ClosureTarget = whole.targets.get(institution=place)
    with pytest.raises(Unlawful, match="写明情况"):
        services.closure_check(
            actor=law.officer, target=target, on=making.today(), complied=False, pupils_sent_home=6, note=""
        )
    target = services.closure_check(
        actor=law.officer,
        target=target,
        on=making.today(),
        complied=False,
        pupils_sent_home=6,
        note="现场劝返",
    )
    assert target.pupils_sent_home == 6
    lifted = services.closure_lift(
        actor=law.head, closure=whole, lifted_on=making.today(), basis="指挥部第4号通告"
    )
    assert lifted.lift_document.number


def test_materials_are_only_taken_when_given_freely(law: World, place: Institution) -> None:
    forced = making.handover(law, place, is_voluntary=False)
    with pytest.raises(Blocked, match="先行登记保存"):
        services.handover_receive(actor=law.officer, handover=forced)
    row = services.handover_receive(actor=law.officer, handover=making.handover(law, place))
    assert row.document.number.startswith("巫教培材收")
    with pytest.raises(WrongState, match="已出具"):
        services.item_add(
            actor=law.officer, handover=row, values={"title": "x", "source": "UNKNOWN", "copies": 1}
        )
    row = services.handover_return(
        actor=law.officer, handover=row, returned_on=making.today(), returned_to="王负责"
    )
    assert row.status == "RETURNED"


def test_nobody_is_on_duty_in_two_places(law: World) -> None:
    shift = making.shift(law)
    with pytest.raises(Unlawful, match="不能同时值班"):
        making.shift(law, law.officer, area="龙门片区")
    duty = shift.duties.get(user=law.officer)
    other = making.shift(law, law.clerk, area="龙门片区")
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(shift=other, user=law.officer, span=duty.span)


def test_a_turn_is_swapped_when_the_colleague_agrees(law: World) -> None:
    shift = making.shift(law)
    duty = shift.duties.get(user=law.officer)
    with pytest.raises(NotAllowed, match="自己的班"):
        services.swap_ask(actor=law.officer2, duty=duty, to_user=law.head, reason="x")
    swap: Swap = services.swap_ask(actor=law.officer, duty=duty, to_user=law.head, reason="外出培训")
    with pytest.raises(NotAllowed, match="对方本人"):
        services.swap_agree(actor=law.officer2, swap=swap)
    services.swap_agree(actor=law.head, swap=swap)
    duty.refresh_from_db()
    assert duty.user == law.head
    with time_machine.travel(shift.starts_at + timedelta(hours=1), tick=False):
        done = services.shift_report(actor=law.head, shift=shift, places_passed=9, report="未见异常")
    assert done.places_passed == 9


def test_a_mystery_visit_yields_a_clue_only(law: World, place: Institution, started: Visit) -> None:
    mystery = services.mystery_report(actor=law.officer, mystery=making.mystery(law))
    with pytest.raises(Blocked, match="机构档案"):
        services.mystery_hand_on(actor=law.head, mystery=mystery, brief="疑似无证")
    mystery = services.mystery_edit(actor=law.officer, mystery=mystery, values={"institution": place})
    mystery = services.mystery_hand_on(actor=law.head, mystery=mystery, brief="疑似周末开展学科培训")
    from inspections.models import Deployment

    request = Deployment.objects.get(uid=mystery.request_uid)
    assert (request.status, request.source_kind, request.source_evidence) == ("DRAFT", "MYSTERY", [])


def test_covert_material_never_becomes_evidence(law: World, started: Visit) -> None:
    from tests.inspections.making import add_finding

    finding: Finding = add_finding(law, started)
    mystery = making.mystery(law)
    covert = EvidenceFile.objects.get(subject_uid=mystery.uid)
    with pytest.raises(Blocked, match="只能作为线索") as refused:
        evidence_receive(actor=law.officer, subject=finding, upload=photo())
    assert {reason.gate for reason in refused.value.reasons} == {"G07"}
    with pytest.raises(IntegrityError), transaction.atomic():
        FindingPhoto.objects.create(finding=finding, evidence=covert, phase="BEFORE")
    covert.pk, covert.uid = None, finding.uid
    covert.subject_type, covert.subject_uid = "inspections.finding", finding.uid
    with pytest.raises(IntegrityError), transaction.atomic():
        covert.save(force_insert=True)


def test_a_standing_ground_stops_the_outing(law: World, place: Institution) -> None:
    from inspections import services as inspections
    from tests.inspections.making import make_plan

    services.recusal_declare(
        actor=law.officer, user=law.officer, institution=place, ground="举办者是亲属", since=making.today()
    )
    with pytest.raises(Blocked, match="应当回避"):
        inspections.deployment_submit(actor=law.officer2, deployment=make_plan(law, place))
    with pytest.raises(NotAllowed):
        services.recusal_declare(
            actor=law.officer, user=law.officer2, institution=place, ground="x", since=making.today()
        )
    row = law.officer.standing_recusals.get()
    services.recusal_end(actor=law.head, recusal=row, until=making.today(), reason="举办者变更")
    assert row.until is None


def test_a_recording_belongs_to_an_officer_of_the_visit(law: World, started: Visit) -> None:
    values = {
        "device_no": "JW-03",
        "file_name": "20261122_193000.mp4",
        "starts_at": started.started_at,
        "ends_at": started.started_at + timedelta(seconds=1),
        "size": 734_003_200,
        "sha256": "a" * 64,
        "kept_at": "采集站 A-2",
    }
    later = started.started_at + timedelta(hours=1)
    row = services.camera_register(
        actor=law.officer, visit=started, user=law.officer, values=values, at=later
    )
    assert row.file_uid == started.institution.uid
    with pytest.raises(WrongState, match="已经登记"):
        services.camera_register(actor=law.officer, visit=started, user=law.officer, values=values, at=later)
    with pytest.raises(Unlawful, match="不是这次检查的人员"):
        services.camera_register(actor=law.officer, visit=started, user=law.clerk, values=values, at=later)
    with pytest.raises(Unlawful):
        services.camera_register(
            actor=law.officer,
            visit=started,
            user=law.officer,
            values={**values, "sha256": "b" * 64, "kept_at": ""},
            at=later,
        )
