"""No list page asks the database more often when it has more rows.

Every page without arguments is opened with one row of everything and again with fifty; the number of queries
must be the same, and not above the number kept in `query_counts.json`. After a change that is meant to cost
more, record again: `RECORD_QUERY_COUNTS=1 pytest tests/test_query_counts.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from bench import world as rows
from bench.rows import insert_select
from blacklist.models import ListBatch, ListEntry
from casework.management.commands.load_reference import load_all
from casework.models import Activity, AuditEvent, JobRun, OutboxMessage, ViolationType
from complaints.models import Clue, RoutingRule, Verification
from draws.models import Draw, OfficerRecusal
from fieldwork.models import ChecklistVersion
from funds.models import (
    AccountFreeze,
    Bank,
    Contract,
    DepositMovement,
    EscrowAccount,
    Family,
    FamilyClearing,
    FundSignal,
    FundWarning,
    Instruction,
    LedgerAccount,
    Lesson,
    PaymentCorrection,
    Refund,
    ReleaseBatch,
    SettlementAccount,
)
from inspections.models import Finding, RectificationNotice, Visit
from institutions.models import ImportBatch, Institution, Person
from monitors.models import (
    Assessment,
    CandidateNotice,
    DutyEntry,
    GridDuty,
    GridEvent,
    GridSheet,
    GridSweep,
    GridUnit,
    LookAsk,
    Manual,
    Monitor,
    Observation,
    Outing,
    PatrolAudit,
    PatrolTask,
    Squad,
    Stop,
)
from penalties.models import Case, CreditRecord, EvidenceHold, LegalReview
from reports.models import ReportPeriod, ReportRegime
from reports.services import regimes_install
from schools import services as schools
from schools.models import (
    AfterSchool,
    CampusAd,
    LetterReceipt,
    ParentLetter,
    School,
    SchoolReturn,
    SchoolRound,
    SchoolTalk,
    Survey,
    SurveyAnswer,
    TeacherPledge,
    TeacherViolation,
    WorkTip,
)
from tests.bank_rows import bank_make
from tests.conftest import World, make_user
from tests.risk_rows import risk_make

BASELINE = Path(__file__).with_name("query_counts.json")
IS_RECORDING = os.environ.get("RECORD_QUERY_COUNTS") == "1"
MANY = 50
FIRST = 2  # a visit whose number leaves 1 over 3 belongs to a settled notice; the first one is open
EXTRA_PAGES = {
    "blacklist_public:list white": ("blacklist_public:list", ["white"]),
    "blacklist_public:list black": ("blacklist_public:list", ["black"]),
}
NEVER_FEWER_THAN = 20
BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT")  # a session notes once a minute when it was last seen


def ground_of(world: World) -> rows.Ground:
    """The small world as the row makers want it."""
    return rows.Ground(
        bureau=world.bureau,
        towns=[world.town, world.town2],
        organ=world.education,
        actor=world.head,
        approver=world.leader,
        officers=[world.officer, world.officer2],
    )


def grow(world: World, first: int, count: int) -> None:
    """`count` more rows of everything that lists show, all of them about the institution that has an account."""
    ground = ground_of(world)
    rows.institutions_make(ground, count, first=first)
    rows.campaigns_make(ground, count, first=first)
    rows.visits_make(ground, count, first=first, per_outing=1, found_in_ten=10)
    rows.listings_make(ground)
    own = Institution.objects.filter(bureau=world.bureau).order_by("pk")[0]
    Institution.objects.filter(pk=own.pk).update(organisation=world.institution_org)
    for model in (Visit, RectificationNotice):
        model._base_manager.update(institution=own, region=world.town, region_path=world.town.path)
    Finding._base_manager.update(region=world.town, region_path=world.town.path)
    papers_make(world, first, count)
    for number in range(first, first + count):
        make_user(
            f"clerk{number}", f"科员{number}", world.education, Role.OFFICER, certified=f"9{number:07d}"
        )


def papers_make(world: World, first: int, count: int) -> None:
    """Rows of jobs, messages, audit, drafts of lists, imports and report periods."""
    numbers = f"generate_series({first}, {first + count - 1}) AS g(i)"
    bureau, head = str(world.bureau.pk), str(world.head.pk)
    region = world.bureau.region
    root = {
        "bureau": bureau,
        "region": str(region.pk),
        "region_path": f"'{region.path}'",
        "created_by": head,
    }
    insert_select(
        JobRun, numbers, bureau=bureau, kind="'bench'", label="'任务 ' || i", created_by=head, total="10"
    )
    insert_select(
        OutboxMessage,
        numbers,
        bureau=bureau,
        channel="'folder'",
        subject_type="'reports.reportedition'",
        subject_uid="gen_random_uuid()",
        label="'报送 ' || i",
        payload="'{}'",
        payload_hash="i::text",
        next_attempt_at="now()",
    )
    insert_select(
        AuditEvent,
        numbers,
        bureau=bureau,
        occurred_at="now()",
        actor=head,
        actor_name="'股负责人'",
        region_path=f"'{region.path}'",
        verb="'institutions.institution_edit'",
        object_type="'institutions.institution'",
        object_uid="gen_random_uuid()",
        payload_hash="repeat('0', 64)",
    )
    insert_select(
        ImportBatch,
        numbers,
        **root,
        file_name="'机构 ' || i || '.xlsx'",
        stored_as="''",
        sha256="i::text",
        size="1",
        message="''",
    )
    draws_make(root, numbers, head, str(world.education.pk))
    insert_select(
        ListBatch, numbers, **root, title="'拟定批次 ' || i", basis="'渝教办〔2022〕1号'", status="'DRAFT'"
    )
    insert_select(
        ListEntry,
        f"institutions_institution x WHERE x.bureau_id = {bureau} AND NOT EXISTS"
        " (SELECT 1 FROM blacklist_listentry e WHERE e.institution_id = x.id AND e.kind = 'BLACK')",
        **{**root, "region": "x.region_id", "region_path": "x.region_path"},
        institution="x.id",
        kind="'BLACK'",
        ground_text="'无证办学'",
    )
    periods_make(world, root, numbers)
    cases_make(world, root, numbers)
    clues_make(world, root, numbers)
    schools_make(world, root, numbers)
    watchers_make(world, root, numbers)
    grids_make(world, root, numbers)
    funds_make(world, root, numbers)
    custody_make(world, root, numbers)
    risk_make(world, root, numbers)


def schools_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Schools, and of one school with an account everything that it is asked and answers."""
    own = School.objects.filter(bureau=world.bureau, organisation__isnull=False).first()
    if own is None:
        values = {"code": "3150000001", "name": "示例小学", "stage": "PRIMARY"}
        own = schools.school_create(actor=world.head, region=world.town, values=values)
        schools.school_account_open(actor=world.head, school=own, username="school-own", name="联系人")
        User.objects.filter(username="school-own").update(must_change_password=False)
    child = {
        **root,
        "region": str(world.town.pk),
        "region_path": f"'{world.town.path}'",
        "school": str(own.pk),
    }
    insert_select(
        School, numbers, **root, code="'99' || lpad(i::text, 6, '0')", name="'学校 ' || i", stage="'PRIMARY'"
    )
    insert_select(
        WorkTip,
        numbers,
        **child,
        organ=str(world.education.pk),
        source_kind="'OTHER'",
        source_note="'移送'",
        found_on="current_date",
        pupil_count="2",
        situation="'情况'",
        requirements="'要求'",
        contact="'电话'",
    )
    insert_select(
        SchoolTalk, numbers, **child, level="'DEPUTY'", held_on="date '2025-01-01' + i", pupil_count="2",
        parent_count="1", has_code_list="true",
    )  # fmt: skip
    day = "date '2025-01-01' + i"
    insert_select(SchoolRound, numbers, **root, title="'期次 ' || i", starts_on=day, ends_on=day, due_on=day)
    fresh = "schools_schoolround r WHERE NOT EXISTS (SELECT 1 FROM schools_schoolreturn x WHERE x.round_id = r.id)"
    insert_select(SchoolReturn, fresh, **child, round="r.id")
    insert_select(
        ParentLetter, numbers, **root, title="'信 ' || i", edition="i", body="'正文'", due_on="current_date"
    )
    fresh = "schools_parentletter l WHERE NOT EXISTS (SELECT 1 FROM schools_letterreceipt x WHERE x.letter_id = l.id)"
    insert_select(
        LetterReceipt,
        fresh,
        **child,
        letter="l.id",
        handed_on="current_date",
        sent_count="2",
        receipt_count="1",
    )
    insert_select(TeacherPledge, numbers, **child, year="1900 + i", teacher_count="2", pledged_count="1")
    insert_select(
        TeacherViolation,
        numbers,
        **child,
        kind="'JOIN'",
        found_on="current_date",
        teacher_count="1",
        facts="'情况'",
    )
    insert_select(
        AfterSchool,
        numbers,
        **child,
        term_on="make_date(1950 + i, 9, 1)",
        enrolled_count="2",
        joined_count="1",
    )
    insert_select(
        CampusAd, numbers, **child, carrier="'GATE'", found_on="current_date", item_count="2", removed_count="1",
        advertiser="'机构'",
    )  # fmt: skip


def clues_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Clues about the institution, held, received and in hand, each with a request to look; and routing rules."""
    place = Institution.objects.filter(bureau=world.bureau).order_by("pk")[0]
    shared = {
        **root,
        "channel": "'SNAP'",
        "kind": "'UNLICENSED'",
        "text": "'线索内容 ' || i",
        "received_at": "now() - interval '1 day'",
        "institution": str(place.pk),
    }
    insert_select(Clue, numbers, **shared, status="'QUARANTINED'")
    insert_select(Clue, numbers, **shared, status="'RECEIVED'", number="'线索待受理 ' || i")
    insert_select(
        Clue,
        numbers,
        **shared,
        status="'VERIFYING'",
        number="'线索在办 ' || i",
        assigned_organ=str(world.education.pk),
        assignee=str(world.head.pk),
        assigned_at="now()",
        due_on="current_date - 1",
        reopen_asked_at="now()",
    )
    insert_select(
        Verification,
        "complaints_clue c WHERE c.status = 'VERIFYING' AND NOT EXISTS"
        " (SELECT 1 FROM complaints_verification v WHERE v.clue_id = c.id)",
        **root,
        clue="c.id",
        status="'ASKED'",
        way="'MONITOR'",
        asked="'看一看'",
        asked_by=str(world.head.pk),
        asked_at="now()",
        due_on="current_date",
    )
    insert_select(RoutingRule, numbers, **root, organ=str(world.education.pk), is_active="false")


def watchers_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Candidates, squads, submitted outings with a stop each, tasks, requests to look, frozen audits."""
    place = Institution.objects.filter(bureau=world.bureau).order_by("pk")[0]
    insert_select(Person, numbers, **root, name="'监督员 ' || i")
    insert_select(
        Monitor,
        "institutions_person p WHERE starts_with(p.name, '监督员 ') AND NOT EXISTS"
        " (SELECT 1 FROM monitors_monitor m WHERE m.person_id = p.id)",
        **root,
        person="p.id",
        source="'APPLICATION'",
        category="'PARENT'",
        gender="'MALE'",
        birth_on="date '1980-01-01'",
        nominated_on="current_date",
    )
    insert_select(
        Assessment,
        "monitors_monitor m WHERE NOT EXISTS (SELECT 1 FROM monitors_assessment a WHERE a.monitor_id = m.id)",
        **root,
        monitor="m.id",
        year="2025",
        grade="'COMPETENT'",
        inputs="'{}'",
        note="'称职'",
        assessed_at="now()",
    )
    insert_select(Squad, numbers, **root, name="'小分队 ' || i")
    insert_select(
        PatrolTask,
        "monitors_squad q WHERE NOT EXISTS (SELECT 1 FROM monitors_patroltask t WHERE t.squad_id = q.id)",
        **root,
        title="'任务 ' || q.id",
        squad="q.id",
        starts_on="current_date",
        ends_on="current_date",
    )
    insert_select(
        Outing,
        "monitors_squad q WHERE NOT EXISTS (SELECT 1 FROM monitors_outing o WHERE o.squad_id = q.id)",
        **root,
        number="'巡查 ' || q.id",
        squad="q.id",
        status="'SUBMITTED'",
        started_at="now() - interval '2 day'",
        ended_at="now() - interval '1 day'",
        submitted_at="now()",
        slot="'DAY'",
        people="2",
    )
    insert_select(
        Stop,
        "monitors_outing o WHERE NOT EXISTS (SELECT 1 FROM monitors_stop s WHERE s.outing_id = o.id)",
        **root,
        outing="o.id",
        ordinal="1",
        institution=str(place.pk),
        place="'示例路'",
        spot_kind="'STREET'",
        arrived_at="o.started_at",
        activity="'NONE'",
        checklist_version=str(ChecklistVersion.objects.order_by("pk")[0].pk),
        answers="'{}'",
    )
    insert_select(
        LookAsk,
        "complaints_verification v WHERE NOT EXISTS"
        " (SELECT 1 FROM monitors_lookask l WHERE l.verification_id = v.id)",
        **root,
        verification="v.id",
        clue_no="'线索 ' || v.id",
        asked="'看一看'",
        brief="'情况'",
        due_on="current_date",
    )
    insert_select(
        PatrolAudit,
        numbers,
        **root,
        title="'督查 ' || i",
        period_from="current_date - 30",
        period_until="current_date",
        pool_text="'{}'",
        pool_hash="repeat('0', 64)",
        pool_size="10",
        wanted="2",
        frozen_at="now()",
        entropy_source="'开奖号码'",
    )
    insert_select(
        CandidateNotice,
        numbers,
        **root,
        title="'公示 ' || i",
        contact="'电话'",
        starts_on="current_date",
        ends_on="current_date + 7",
        explanation="'[]'",
    )
    insert_select(
        Manual, numbers, **root, number="i", title="'手册'", text="'只看不查'", effective_on="current_date"
    )
    insert_select(
        Activity,
        numbers,
        **root,
        kind="'TRAINING'",
        level="'COUNTY'",
        audience="'MONITORS'",
        title="'培训 ' || i",
        held_on="current_date",
        organiser="'县教委'",
    )


def grids_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Streets with somebody on duty, their places, sweeps, events; logs, observations, sheets."""
    insert_select(
        GridUnit, numbers, **root, kind="'STREET'", net="'STREET'", code="'G' || i", name="'网格 ' || i",
        path="'/G' || i || '/'",
    )  # fmt: skip
    new = "monitors_gridunit u WHERE NOT EXISTS (SELECT 1 FROM {} o WHERE o.{} = u.id)"
    insert_select(
        GridUnit.places.through,
        "monitors_gridunit u, institutions_institution x WHERE NOT EXISTS (SELECT 1 FROM monitors_gridunit_places o"
        " WHERE o.gridunit_id = u.id AND o.institution_id = x.id)",
        gridunit="u.id",
        institution="x.id",
    )
    insert_select(
        GridUnit.towns.through,
        f"monitors_gridunit u, accounts_region t WHERE t.parent_id = {world.bureau.region_id} AND NOT EXISTS (SELECT 1"
        " FROM monitors_gridunit_towns o WHERE o.gridunit_id = u.id AND o.region_id = t.id)",
        gridunit="u.id",
        region="t.id",
    )
    insert_select(
        GridDuty, new.format("monitors_gridduty", "unit_id"), unit="u.id", post="'HEAD'", name="'负责人'",
        span="daterange(current_date - 9, NULL)",
    )  # fmt: skip
    insert_select(
        GridSweep, numbers, **root, title="'排查 ' || i", starts_on="current_date", ends_on="current_date"
    )
    insert_select(
        GridEvent, new.format("monitors_gridevent", "unit_id"), **root, number="'网格 ' || u.id", unit="u.id",
        kind="'AD'", place="'校门口'", happened_at="now()", text="'广告'",
        clue="(SELECT min(id) FROM complaints_clue)",
    )  # fmt: skip
    insert_select(
        GridSheet,
        numbers,
        **root,
        file_name="'表 ' || i",
        sha256="repeat('0', 64)",
        rows="'[]'",
        counts="'{}'",
    )
    insert_select(
        DutyEntry,
        "monitors_monitor m WHERE NOT EXISTS (SELECT 1 FROM monitors_dutyentry d WHERE d.monitor_id = m.id)",
        **root, monitor="m.id", duty="'FEEDBACK'", done_on="current_date", text="'反馈'",
    )  # fmt: skip
    insert_select(
        Observation, numbers, **root, number="'观察 ' || i", watched_from="now() - interval '2 hour'",
        watched_until="now() - interval '1 hour'", place="'楼栋'", spot_kind="'OFFICE'", entered="5", text="'进出'",
        is_public_only="true", clue="(SELECT min(id) FROM complaints_clue)",
    )  # fmt: skip
    asked = {"kind": "'OPINION'", "question": "'满意吗'", "options": """'["是", "否"]'"""}
    insert_select(Survey, numbers, **root, **asked, title="'调查 ' || i", due_on="current_date")
    insert_select(
        SurveyAnswer,
        "schools_survey v, schools_school s WHERE s.id = (SELECT min(id) FROM schools_school) AND NOT EXISTS"
        " (SELECT 1 FROM schools_surveyanswer a WHERE a.survey_id = v.id)",
        **root, survey="v.id", school="s.id", counts="'[1, 2]'", total="3", submitted_at="now()",
    )  # fmt: skip


def funds_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Banks, and for each institution an opened deposit account with money, a movement and a freeze to decide."""
    insert_select(Bank, numbers, **root, name="'银行 ' || i")
    bank = str(Bank.objects.order_by("pk")[0].pk)
    insert_select(
        EscrowAccount,
        f"institutions_institution x WHERE x.bureau_id = {world.bureau.pk} AND NOT EXISTS"
        " (SELECT 1 FROM funds_escrowaccount e WHERE e.institution_id = x.id)",
        **{**root, "region": "x.region_id", "region_path": "x.region_path"},
        institution="x.id",
        bank=bank,
        kind="'DEPOSIT'",
        status="'OPENED'",
        account_name="x.name",
        number_digest="'digest ' || x.id",
        number_tail="'0001'",
        opened_on="date '2025-01-02'",
        filing_due_on="date '2025-01-09'",
    )
    new = "funds_escrowaccount e WHERE NOT EXISTS (SELECT 1 FROM {} o WHERE {})"
    insert_select(
        LedgerAccount,
        new.format("funds_ledgeraccount", "o.subject_uid = e.uid"),
        bureau="e.bureau_id",
        institution="e.institution_id",
        kind="'DEPOSIT_BANK'",
        side="'DEBIT'",
        subject_uid="e.uid",
    )
    clerk = {**root, "created_by": str(world.clerk.pk), "account": "e.id"}
    insert_select(
        DepositMovement,
        new.format("funds_depositmovement", "o.account_id = e.id"),
        **clerk,
        direction="'IN'",
        amount_fen="500",
        booked_on="date '2025-01-03'",
        reference="'0001'",
    )
    insert_select(
        AccountFreeze,
        new.format("funds_accountfreeze", "o.account_id = e.id"),
        **clerk,
        reason="'失联'",
        clause="'第八条'",
        proposed_at="now()",
    )
    bank_make(world, root, numbers)


def custody_make(world: World, root: dict[str, str], numbers: str) -> None:
    """A custody account of each institution with a batch to approve; contracts of one place, each with a lesson
    to confirm, a refund to answer and an instruction to send."""
    own = Institution.objects.filter(bureau=world.bureau).order_by("pk")[0]
    bank = str(Bank.objects.order_by("pk")[0].pk)
    insert_select(
        EscrowAccount,
        f"institutions_institution x WHERE x.bureau_id = {world.bureau.pk} AND NOT EXISTS"
        " (SELECT 1 FROM funds_escrowaccount e WHERE e.institution_id = x.id AND e.kind = 'CUSTODY')",
        **{**root, "region": "x.region_id", "region_path": "x.region_path"},
        institution="x.id", bank=bank, kind="'CUSTODY'", status="'PAY_ENABLED'", account_name="x.name",
        number_digest="'custody ' || x.id", number_tail="'0001'", opened_on="date '2025-01-02'",
        filed_on="date '2025-01-03'", filed_by=str(world.clerk.pk), agreement_no="'1'", verified_at="now()",
        pay_enabled_on="date '2025-01-05'", release_mode="'PER_LESSON'",
    )  # fmt: skip
    account = EscrowAccount.objects.get(institution=own, kind="CUSTODY")
    fresh = "funds_escrowaccount e WHERE e.kind = 'CUSTODY' AND NOT EXISTS (SELECT 1 FROM {} o WHERE {})"
    clerk = {**root, "created_by": str(world.clerk.pk)}
    insert_select(
        ReleaseBatch, fresh.format("funds_releasebatch", "o.account_id = e.id"), **clerk, account="e.id",
        institution="e.institution_id", mode="'PER_LESSON'", until="current_date", amount_fen="5",
    )  # fmt: skip
    insert_select(
        SettlementAccount, numbers, **clerk, institution=str(own.pk), account_name="'户' || i", bank_name="'行'",
        number_digest="i::text", number_tail="'0001'",
    )  # fmt: skip
    insert_select(
        Family,
        numbers,
        **root,
        phone_digest="i::text",
        link_key="i::text",
        name_masked="'张*'",
        phone_tail="'0001'",
    )
    number = "(lpad(f.id::text, 12, '0'))"
    insert_select(
        Contract,
        "funds_family f WHERE NOT EXISTS (SELECT 1 FROM funds_contract c WHERE c.family_id = f.id)",
        **root, institution=str(own.pk), family="f.id", account=str(account.pk), status="'ACTIVE'",
        number="'HT' || f.id", order_no=number, student_digest="'x'", student_masked="'张*'", course="'舞蹈'",
        subject="'舞蹈'", lessons="30", starts_on="current_date", ends_on="current_date + 60",
        signed_on="current_date", signed_at="now()", price_fen="100", list_price_fen="100", paid_fen="100",
    )  # fmt: skip
    of = "funds_contract c WHERE NOT EXISTS (SELECT 1 FROM {} o WHERE o.contract_id = c.id)"
    insert_select(
        FamilyClearing, numbers, **clerk, rule="'fund.family.retention'", basis="'个人信息保护法'",
        term="'{\"unit\": \"YEAR\", \"amount\": 3}'", ended_before="current_date", contracts_n="1",
        families_n="1", payments_n="0", files_n="0", rows_sha256="'x'", cleared_at="now()",
    )  # fmt: skip
    insert_select(
        Lesson, of.format("funds_lesson"), bureau="c.bureau_id", institution="c.institution_id", contract="c.id",
        taught_on="current_date", declared_at="now()", declared_by=str(world.clerk.pk), due_on="current_date + 9",
    )  # fmt: skip
    insert_select(
        Refund, of.format("funds_refund"), **clerk, contract="c.id", number="'T' || c.id", ground="'FAMILY'",
        applied_at="now()", answer_due_on="current_date + 3",
    )  # fmt: skip
    insert_select(
        PaymentCorrection, of.format("funds_paymentcorrection"), **clerk, contract="c.id", via="'PAY_DIRECT'",
        entry_uid="gen_random_uuid()", paid_on="current_date", fen="100", reason="'记错合同'",
    )  # fmt: skip
    insert_select(
        Instruction, of.format("funds_instruction"), **clerk, account="c.account_id", contract="c.id",
        number="'TF' || c.id", kind="'REFUND_PAY'", amount_fen="1", payee_masked="'张*'",
        subject_uid="gen_random_uuid()", approved_by=str(world.head.pk),
    )  # fmt: skip
    insert_select(
        FundSignal,
        f"institutions_institution x WHERE x.bureau_id = {world.bureau.pk} AND NOT EXISTS"
        " (SELECT 1 FROM funds_fundsignal w WHERE w.institution_id = x.id)",
        **{**root, "created_by": str(world.clerk.pk)}, institution="x.id", kind="'WAGE'", source="'LABOUR'",
        reference="'号 ' || x.id", happened_on="current_date", summary="'欠薪'",
    )  # fmt: skip
    insert_select(
        FundWarning,
        f"institutions_institution x WHERE x.bureau_id = {world.bureau.pk} AND NOT EXISTS"
        " (SELECT 1 FROM funds_fundwarning w WHERE w.institution_id = x.id)",
        **{**root, "created_by": str(world.clerk.pk)}, institution="x.id", rule="'W8'", level="'RED'",
        raised_on="current_date", due_on="current_date", seen_on="current_date",
        contributions="""'[{"what": "投诉", "value": 12, "unit": "count", "line": 10, "share_permille": 1000,
                           "clears": "办结", "day": null}]'::jsonb""",
    )  # fmt: skip


def cases_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Filed cases of the organ about the institution, each with a row to publish, held evidence and a review."""
    place = Institution.objects.filter(bureau=world.bureau).order_by("pk")[0]
    insert_select(
        Case,
        numbers,
        **root,
        organ=str(world.education.pk),
        status="'FILED'",
        number="'立 ' || i",
        title="'案件 ' || i",
        source_kind="'INSPECTION'",
        party_kind="'ORGANISATION'",
        party_name="'当事人 ' || i",
        institution=str(place.pk),
        violation=str(ViolationType.objects.order_by("pk")[0].pk),
        found_on="date '2025-01-01'",
        clue_facts="'事实'",
        jurisdiction="'属地'",
        filed_at="now()",
        decide_due_on="date '2025-04-01'",
    )
    new = "penalties_case c WHERE NOT EXISTS (SELECT 1 FROM penalties_creditrecord r WHERE r.case_id = c.id)"
    child = {"case": "c.id", "created_by": str(world.head.pk)}
    insert_select(LegalReview, new, **child, grounds="'重大'", requested_at="now()")
    insert_select(EvidenceHold, new, **child, items="'账本'", place="'本机关'", reason="'可能灭失'")
    insert_select(CreditRecord, new, **child, row="'{}'", row_hash="''", due_on="date '2025-02-01'")


def draws_make(root: dict[str, str], numbers: str, head: str, organ: str) -> None:
    """Frozen draws that wait for their value, and standing recusals."""
    insert_select(
        Draw,
        numbers,
        **root,
        title="'双随机抽查 ' || i",
        number="'随机' || i",
        status="'FROZEN'",
        lead_organ=organ,
        basis="'国发〔2019〕5号'",
        item="'证照、收费、安全'",
        planned_on="current_date + 3",
        planned_until="current_date + 5",
        entropy_kind="'LOTTERY'",
        entropy_source="'彩票第 ' || i || ' 期'",
        entropy_due_at="now() + interval '1 hour'",
        pool_text="'{}'",
        pool_hash="repeat('0', 64)",
        frozen_at="now()",
        frozen_by=head,
    )
    insert_select(
        OfficerRecusal,
        f"institutions_institution x WHERE x.bureau_id = {root['bureau']} AND NOT EXISTS"
        " (SELECT 1 FROM draws_officerrecusal r WHERE r.institution_id = x.id)",
        **root,
        user=head,
        institution="x.id",
        ground="'近亲属任职'",
        declared_at="now()",
    )


def periods_make(world: World, root: dict[str, str], numbers: str) -> None:
    """Open periods of one regime, a day each."""
    regimes_install(actor=world.head, bureau=world.bureau, reporter=world.clerk, reviewer=world.head)
    regime = ReportRegime.objects.filter(bureau=world.bureau).order_by("pk")[0]
    insert_select(
        ReportPeriod,
        numbers,
        **root,
        regime=str(regime.pk),
        starts_on="date '2025-01-01' + i",
        ends_on="date '2025-01-02' + i",
        cut_off_at="timestamptz '2025-01-02 00:00+08' + interval '1 day' * i",
        due_on="date '2025-01-05' + i",
        warn_on="date '2025-01-03' + i",
    )


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named pattern with its namespaces."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield f"{prefix}{entry.name}", entry


def plain_pages() -> dict[str, str]:
    """Pages that need no argument, by name: those of the desk, the portal and the public."""
    found = {}
    for name, pattern in patterns(get_resolver()):
        room = name.split(":")[0]
        is_public = getattr(pattern.callback, "is_public", False) or room.endswith("_public")
        if not is_public and getattr(pattern.callback, "permission", None) is None:
            continue
        try:
            found[name] = reverse(name)
        except NoReverseMatch:
            continue
    found.update({label: reverse(name, args=args) for label, (name, args) in EXTRA_PAGES.items()})
    return found


def client_of(user: User | None) -> Client:
    """A client of the home bureau, signed in unless nobody."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="accounts.backends.ActiveUserBackend")
    return client


def open_page(client: Client, path: str) -> Any:
    """The answer when it is a whole HTML page, else None."""
    response = client.get(path)
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return response if response.status_code == 200 and is_html and not response.streaming else None


def readers(world: World, name: str) -> Iterator[User | None]:
    """Who may be able to open a page, the likeliest first."""
    room = name.split(":")[0]
    if room.endswith("_public"):
        yield None
    if room == "schools_portal":
        yield User.objects.filter(organisation__kind="SCHOOL").order_by("pk").first()
    if room.endswith("_portal"):
        yield world.institution_user
    yield from (
        world.head,
        world.admin,
        world.clerk,
        world.leader,
        world.officer,
        world.institution_user,
        None,
    )


def find_readers(world: World) -> dict[str, tuple[Client, str]]:
    """For every page a client that may open it."""
    found: dict[str, tuple[Client, str]] = {}
    clients: dict[Any, Client] = {}
    for name, path in plain_pages().items():
        for user in readers(world, name):
            client = clients.setdefault(user.pk if user else None, client_of(user))
            if open_page(client, path) is not None:
                found[name] = (client, path)
                break
    return found


def count_queries(client: Client, path: str) -> tuple[int, list[str]]:
    """Queries of a page of which nothing was kept, process-wide caches warm; the session's own are left out."""
    open_page(client, path)
    cache.clear()
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as captured:
        assert open_page(client, path) is not None, path
    statements = [query["sql"] for query in captured]
    own = [sql for sql in statements if not sql.startswith(BOOKKEEPING) and "django_session" not in sql]
    return len(own), own


def repeated(statements: list[str]) -> str:
    """The table that is read most often, for the failure's message."""
    tables = [sql.split(" FROM ")[1].split()[0] for sql in statements if " FROM " in sql]
    return max(set(tables), key=tables.count) if tables else ""


@pytest.mark.slow
def test_list_pages_ask_as_often_for_fifty_rows_as_for_one(world: World) -> None:
    assert timezone.localdate() > date(2025, 3, 1)
    load_all()
    rows.campaigns_make(ground_of(world), 1)  # a look-back campaign: without one its table is empty
    grow(world, FIRST, 1)
    pages = find_readers(world)
    assert len(pages) >= NEVER_FEWER_THAN, sorted(pages)
    one = {name: count_queries(*page)[0] for name, page in pages.items()}
    grow(world, FIRST + 1, MANY - 1)
    many = {name: count_queries(*page) for name, page in pages.items()}
    grown = [
        f"{name}: {one[name]} queries for one row, {count} for {MANY}; most of {repeated(statements)}"
        for name, (count, statements) in many.items()
        if count != one[name]
    ]
    assert not grown, "\n".join(grown)
    if IS_RECORDING:
        BASELINE.write_text(json.dumps(dict(sorted(one.items())), indent=1) + "\n", encoding="utf-8")
    kept = json.loads(BASELINE.read_text(encoding="utf-8"))
    dearer = [
        f"{name}: {count}, kept {kept.get(name)}" for name, count in one.items() if count > kept.get(name, 0)
    ]
    assert not dearer, "record again if this is meant:\n" + "\n".join(dearer)
