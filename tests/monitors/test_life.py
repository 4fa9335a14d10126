"""The life of a monitor: proposal, check, notice, appointment, training, assessment, renewal, end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent
from casework.typesetting import from_dict, render_pdf
from config.demo.watchers import id_number
from institutions.models import Person
from monitors import services
from monitors.models import Grade, Monitor, MonitorStatus, Source
from monitors.services import Result, Term
from tests.conftest import World
from tests.inspections.making import make_place
from tests.monitors import making

TODAY = timezone.localdate


def test_the_identity_number_is_sealed_and_gives_birth_and_sex(law: World) -> None:
    number = id_number(3)
    monitor = making.nominated(law, 3)
    assert f"{monitor.birth_on:%Y%m%d}" == number[6:14]
    assert monitor.gender == ("MALE" if int(number[16]) % 2 else "FEMALE")
    person = Person.objects.get(pk=monitor.person_id)
    assert number.encode() not in bytes(person.id_number_sealed)
    assert person.id_number_masked.endswith(number[-4:])
    assert not AuditEvent.objects.filter(changes__icontains=number).exists()


@pytest.mark.parametrize("bad", ["", "12345", "990000199913011001", "990000196601011009"])
def test_a_wrong_identity_number_is_refused(law: World, bad: str) -> None:
    with pytest.raises(Unlawful):
        making.nominated(law, 1, id_number=bad)


def test_one_person_is_proposed_once_at_a_time(law: World) -> None:
    making.nominated(law, 1)
    with pytest.raises(Unlawful, match="不能重复推荐"):
        making.nominated(law, 1)


def test_a_recommendation_names_the_body(law: World) -> None:
    with pytest.raises(Unlawful, match="推荐单位"):
        making.nominated(law, 1, recommender="")
    assert making.nominated(law, 1, recommender="", source=Source.APPLICATION).status == "NOMINATED"


def test_a_township_proposes_for_its_own_place_only(law: World) -> None:
    from monitors.services import Nomination

    values = {"name": "某某", "id_number": id_number(2), "category": "PARENT", "recommender": "街道"}
    made = services.monitor_nominate(actor=law.township, nomination=Nomination(region=law.town, **values))
    assert Monitor.objects.visible_to(law.township).get() == made
    assert not Monitor.objects.visible_to(law.neighbour_officer).exists()
    with pytest.raises(NotAllowed):
        services.monitor_nominate(actor=law.legal, nomination=Nomination(region=law.town, **values))


def test_the_age_is_a_policy_value(law: World) -> None:
    old = f"99000019400101{101:03d}"
    from institutions.services.persons import _ID_CHECKS, _ID_WEIGHTS

    total = sum(int(sign) * weight for sign, weight in zip(old, _ID_WEIGHTS, strict=True))
    monitor = making.nominated(law, 1, id_number=old + _ID_CHECKS[total % 11])
    with pytest.raises(Blocked, match="不在 18 至 65 岁之间"):
        services.monitor_qualify(actor=law.head, monitor=monitor, note="符合")


def test_appointment_waits_for_the_window_and_for_objections(law: World) -> None:
    term = Term(1, TODAY(), TODAY() + timedelta(days=365))
    person = making.publicised(law, 1, at=timezone.now())
    with pytest.raises(Blocked, match="公示到"):
        services.monitor_appoint(actor=law.leader, monitor=person, term=term)
    over = making.publicised(law, 2)
    assert over.notice
    objection = services.objection_record(
        actor=law.head,
        monitor=over,
        received_on=over.notice.starts_on + timedelta(days=1),
        way="来信",
        content="有亲属任教",
    )
    with pytest.raises(Blocked, match="异议还没有处理完"):
        services.monitor_appoint(actor=law.leader, monitor=over, term=term)
    with pytest.raises(Unlawful, match="公示期内"):
        services.objection_record(
            actor=law.head,
            monitor=over,
            received_on=over.notice.ends_on + timedelta(days=1),
            way="来信",
            content="迟到",
        )
    services.objection_decide(actor=law.head, objection=objection, finding="查无此事", is_upheld=False)
    with pytest.raises(WrongState):
        services.objection_decide(actor=law.head, objection=objection, finding="再定", is_upheld=True)
    done = services.monitor_appoint(actor=law.leader, monitor=over, term=term)
    assert done.status == MonitorStatus.APPOINTED
    assert done.card_no
    assert done.certificate
    assert done.card
    assert done.card.number == done.card_no
    assert done.name in str(done.certificate.content)
    assert id_number(2) not in str(done.certificate.content) + str(done.card.content)
    photo = done.card.content["blocks"][0]
    assert (photo["kind"], photo["alt"]) == ("picture", f"{done.name}的照片")
    assert render_pdf(from_dict(done.card.content)).startswith(b"%PDF")


def test_an_upheld_objection_stops_for_good(law: World) -> None:
    person = making.publicised(law, 1)
    assert person.notice
    row = services.objection_record(
        actor=law.head, monitor=person, received_on=person.notice.ends_on, way="来信", content="任职"
    )
    services.objection_decide(actor=law.head, objection=row, finding="属实", is_upheld=True)
    with pytest.raises(Blocked, match="异议经查成立"):
        services.monitor_appoint(
            actor=law.leader, monitor=person, term=Term(1, TODAY(), TODAY() + timedelta(days=100))
        )
    refused = services.monitor_refuse(actor=law.head, monitor=person, reason="异议成立")
    assert refused.status == "REFUSED"
    assert refused.ended_at


def test_without_photo_or_declaration_nobody_is_appointed(law: World) -> None:
    moment = timezone.now() - timedelta(days=30)
    person = services.monitor_qualify(
        actor=law.head, monitor=making.nominated(law, 1, at=moment), note="符合", at=moment
    )
    services.notice_open(actor=law.head, candidates=[person], title="公示", contact="电话", at=moment)
    with pytest.raises(Blocked) as stopped:
        services.monitor_appoint(
            actor=law.leader, monitor=person, term=Term(1, TODAY(), TODAY() + timedelta(days=1))
        )
    assert "利害关系" in stopped.value.message
    assert "照片" in stopped.value.message
    with pytest.raises(Unlawful, match="JPG"):
        services.photo_receive(actor=law.clerk, monitor=person, upload=ContentFile(b"%PDF-1.7", name="a.pdf"))


def test_a_term_is_no_longer_than_the_policy_and_never_overlaps(law: World) -> None:
    person = making.publicised(law, 1)
    with pytest.raises(Unlawful, match="任期最长 3 年"):
        services.monitor_appoint(
            actor=law.leader, monitor=person, term=Term(1, date(2026, 1, 1), date(2029, 1, 1))
        )
    with pytest.raises(Unlawful, match="不能早于"):
        services.monitor_appoint(
            actor=law.leader, monitor=person, term=Term(1, date(2026, 1, 2), date(2026, 1, 1))
        )
    done = services.monitor_appoint(
        actor=law.leader, monitor=person, term=Term(1, date(2026, 1, 1), date(2028, 12, 31))
    )
    assert done.term == DateRange(date(2026, 1, 1), date(2029, 1, 1))
    twin = making.appointed(law, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Monitor.objects.filter(pk=twin.pk).update(
            person=done.person, term=DateRange(date(2028, 1, 1), date(2028, 2, 1))
        )


def test_resignation_cuts_the_term_and_a_by_election_serves_the_rest(law: World) -> None:
    gone = making.appointed(law, 1)
    user = making.with_account(law, gone, "mon1")
    last = gone.term_planned_until
    left = services.monitor_resign(actor=law.clerk, monitor=gone, reason="迁离本县")
    assert left.term_until == TODAY()
    assert left.term_planned_until == last
    left.certificate.refresh_from_db()  # type: ignore[union-attr]
    assert left.certificate.state == "WITHDRAWN"  # type: ignore[union-attr]
    user.refresh_from_db()
    assert not user.is_active
    fresh = making.publicised(law, 2, source=Source.BY_ELECTION, replaces=left)
    with pytest.raises(Unlawful, match="原任期届满"):
        services.monitor_appoint(
            actor=law.leader,
            monitor=fresh,
            term=Term(1, TODAY(), last + timedelta(days=1)),  # type: ignore[operator]
        )
    done = services.monitor_appoint(actor=law.leader, monitor=fresh, term=Term(1, TODAY(), last))  # type: ignore[arg-type]
    assert done.term_until == last
    with pytest.raises(Unlawful, match="已有补选人选"):
        making.nominated(law, 3, source=Source.BY_ELECTION, replaces=left)
    serving = making.appointed(law, 4)
    with pytest.raises(Unlawful, match="已解聘或已辞任"):
        making.nominated(law, 5, source=Source.BY_ELECTION, replaces=serving)


def test_dismissal_needs_a_reason_and_a_head(law: World) -> None:
    person = making.appointed(law, 1)
    with pytest.raises(Unlawful, match="理由"):
        services.monitor_dismiss(actor=law.leader, monitor=person, reason=" ")
    with pytest.raises(NotAllowed):
        services.monitor_dismiss(actor=law.officer, monitor=person, reason="不履职")
    with pytest.raises(Unlawful, match="不能晚于今天"):
        services.monitor_dismiss(
            actor=law.leader, monitor=person, reason="不履职", on=TODAY() + timedelta(days=3)
        )
    assert services.monitor_dismiss(actor=law.leader, monitor=person, reason="不履职").status == "DISMISSED"


def test_terms_expire_by_themselves_and_may_be_renewed(law: World) -> None:
    person = making.appointed(law, 1, since=TODAY() - timedelta(days=10), until=TODAY() - timedelta(days=1))
    user = making.with_account(law, person, "mon1")
    assert services.monitor_expire_due(actor=law.system, today=TODAY()) == 1
    assert services.monitor_expire_due(actor=law.system, today=TODAY()) == 0
    person.refresh_from_db()
    user.refresh_from_db()
    assert person.status == "EXPIRED"
    assert not user.is_active
    again = services.monitor_renew(actor=law.clerk, monitor=person, statement="履职良好")
    assert again.source == Source.RENEWAL
    assert again.previous == person
    with pytest.raises(Unlawful, match="不能重复续聘"):
        services.monitor_renew(actor=law.clerk, monitor=person, statement="再次")


def test_who_failed_the_year_is_not_renewed(law: World) -> None:
    person = making.appointed(law, 1)
    services.assessment_make(
        actor=law.head, monitor=person, year=TODAY().year, grade=Grade.INCOMPETENT, note="没有履职"
    )
    with pytest.raises(Unlawful, match="不称职"):
        services.monitor_renew(actor=law.clerk, monitor=person, statement="继续")
    with pytest.raises(Unlawful, match="已经考核"):
        services.assessment_make(
            actor=law.head, monitor=person, year=TODAY().year, grade=Grade.COMPETENT, note="改"
        )
    with pytest.raises(Unlawful, match="任期之内"):
        services.assessment_make(actor=law.head, monitor=person, year=2019, grade=Grade.COMPETENT, note="旧")


def test_ties_are_declared_by_the_monitor_or_the_desk(law: World) -> None:
    place = make_place(law)
    person, other = making.appointed(law, 1), making.appointed(law, 2)
    user = making.with_account(law, person, "mon1")
    tie = services.tie_declare(actor=user, monitor=person, institution=place, kind="FAMILY")
    with pytest.raises(NotAllowed):
        services.tie_declare(actor=user, monitor=other, institution=place, kind="FAMILY")
    with pytest.raises(Unlawful, match="已经申报"):
        services.tie_declare(actor=law.clerk, monitor=person, institution=place, kind="JOB")
    with pytest.raises(Unlawful, match="不能声明没有"):
        services.ties_none(actor=user, monitor=person)
    with pytest.raises(NotAllowed):
        services.tie_end(actor=user, tie=tie, reason="我说解除")
    assert services.tie_end(actor=law.clerk, tie=tie, reason="已离职").ended_at


def test_training_results_and_manual(law: World) -> None:
    from casework.activities.services import activity_register

    person = making.appointed(law, 1)
    user = making.with_account(law, person, "mon1")
    values = {
        "kind": "TRAINING", "level": "COUNTY", "audience": "MONITORS", "title": "培训会", "held_on": TODAY(),
        "hours": 2, "organiser": "县教委",
    }  # fmt: skip
    activity = activity_register(actor=law.clerk, region=law.bureau.region, values=values)
    services.training_record(actor=law.clerk, activity=activity, results={person: Result(59)})
    assert not person.training_results.get().is_passed
    services.training_record(actor=law.clerk, activity=activity, results={person: Result(60)})
    assert person.training_results.get().is_passed
    with pytest.raises(Unlawful, match="0 至 100"):
        services.training_record(actor=law.clerk, activity=activity, results={person: Result(101)})
    officers = activity_register(
        actor=law.clerk, region=law.bureau.region, values={**values, "audience": "OFFICERS"}
    )
    with pytest.raises(Unlawful, match="社会监督员"):
        services.training_record(actor=law.clerk, activity=officers, results={person: Result(80)})
    manual = services.manual_publish(actor=law.clerk, title="手册", text="只看不查", effective_on=TODAY())
    first = services.manual_acknowledge(actor=user, manual=manual, monitor=person)
    assert services.manual_acknowledge(actor=user, manual=manual, monitor=person) == first
    with pytest.raises(NotAllowed):
        services.manual_acknowledge(actor=law.legal, manual=manual, monitor=person)


def test_a_monitor_sees_the_own_term_and_nothing_else(law: World) -> None:
    from complaints.models import Clue
    from institutions.models import Institution

    make_place(law)
    person, other = making.appointed(law, 1), making.appointed(law, 2)
    user = making.with_account(law, person, "mon1")
    assert list(Monitor.objects.visible_to(user)) == [person]
    assert other.person_id != person.person_id
    for rows in (Clue.objects, Institution.objects, Person.objects):
        assert not rows.visible_to(user).exists()


def test_squads_hold_monitors_in_office(law: World) -> None:
    person = making.nominated(law, 1)
    squad = services.squad_save(actor=law.clerk, name="城区", towns=[law.town])
    with pytest.raises(Unlawful, match="在聘"):
        services.squad_assign(actor=law.clerk, monitor=person, squad=squad)
    serving = making.appointed(law, 2)
    assert services.squad_assign(actor=law.clerk, monitor=serving, squad=squad).squad == squad
    with pytest.raises(Unlawful, match="至少选择一个"):
        services.squad_save(actor=law.clerk, name="空", towns=[])
