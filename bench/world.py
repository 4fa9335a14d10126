"""A bureau as large as wanted: institutions with real search columns, outings, visits, findings, notices, lists.

The same makers serve the measurements (hundreds of thousands of rows) and the test of query counts (one row
and fifty).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import (
    Bureau,
    OfficerCertificate,
    Organisation,
    OrganisationKind,
    Region,
    RegionLevel,
    RoleAssignment,
    User,
)
from accounts.roles import Role
from bench.rows import insert_select
from blacklist.models import ListBatch, ListEntry
from casework.copying import copy_objects
from casework.models import OfficialDocument, ViolationType
from fieldwork.models import Campaign
from inspections.models import Deployment, DeploymentMember, Finding, NoticeItem, RectificationNotice, Visit
from institutions.codes import USCC_ALPHABET, uscc_check_digit
from institutions.models import Institution, InstitutionState
from institutions.services.registry import search_fill

BRAND_SIGNS = (
    "启航阳光青柚新星雅韵博学明德向晨飞扬智慧树蓝天小白鸽金钥匙童画音书墨香知行致远乐高思源朗润育才百川"
)
KINDS = (
    "艺术培训中心",
    "培训学校有限公司",
    "文化传播有限公司",
    "体育俱乐部",
    "舞蹈艺术工作室",
    "教育科技有限公司",
    "书画院",
)
TRACKS = ("CULTURE_ARTS", "SPORT", "SCIENCE", "OTHER")
STREETS = ("广东中路", "净坛一路", "集仙东路", "神女大道", "平湖西路", "祥云路", "翠屏街")
LAST_DAY = date(2026, 11, 21)
VISIT_DAYS = 1000


@dataclass(frozen=True)
class Ground:
    """Where and in whose name rows are made."""

    bureau: Bureau
    towns: list[Region]
    organ: Organisation
    actor: User
    approver: User
    officers: list[User]


# -- people and places -----------------------------------------------------------------------------------------


def _region(code: str, name: str, level: str, parent: Region | None) -> Region:
    region = Region.objects.create(code=code, name=name, level=level, parent=parent)
    region.path = f"{parent.path if parent else '/'}{region.pk}/"
    region.save(update_fields=["path"])
    return region


def _user(username: str, name: str, organ: Organisation, role: Role) -> User:
    user = User.objects.create(
        username=username, name=name, organisation=organ, bureau=organ.bureau, password="!"
    )
    RoleAssignment.objects.create(user=user, role=role)
    return user


def ground_make(towns: int = 30, officers: int = 24) -> Ground:
    """One large bureau at the default address."""
    province = _region("50", "重庆市", RegionLevel.PROVINCE, None)
    city = _region("5002", "重庆市县", RegionLevel.CITY, province)
    county = _region("500237", "巫山县", RegionLevel.COUNTY, city)
    places = [
        _region(f"500237{no:03d}", f"第{no}街道", RegionLevel.TOWNSHIP, county) for no in range(1, towns + 1)
    ]
    top = Bureau.objects.create(
        slug="city", name="市教育委员会", short_name="市教委", portal_title="校外培训公开查询", region=city
    )
    bureau = Bureau.objects.create(
        slug="wushan",
        name="巫山县教育委员会",
        short_name="巫山县教委",
        portal_title="巫山县校外培训公开查询",
        region=county,
        parent=top,
        hotline="023-0000000",
    )
    organ = Organisation.objects.create(
        bureau=bureau,
        kind=OrganisationKind.EDUCATION,
        name=bureau.name,
        short_name=bureau.short_name,
        region=county,
        region_path=county.path,
        number_word="巫教培",
    )
    people = [_user(f"officer{no}", f"执法员{no}", organ, Role.OFFICER) for no in range(1, officers + 1)]
    OfficerCertificate.objects.bulk_create(
        OfficerCertificate(
            user=user,
            organ=organ,
            number=f"5002370{no}",
            validity=DateRange(date(2020, 1, 1), date(2030, 1, 1)),
        )
        for no, user in enumerate(people, 1)
    )
    head = _user("head", "股负责人", organ, Role.SECTION_HEAD)
    leader = _user("leader", "局领导", organ, Role.LEADER)
    return Ground(bureau, places, organ, head, leader, people)


# -- the register ----------------------------------------------------------------------------------------------


def uscc(number: int) -> str:
    """A correct social credit code."""
    rest, body = number, ""
    for _ in range(9):
        rest, sign = divmod(rest, 31)
        body = USCC_ALPHABET[sign] + body
    return "91500237" + body + uscc_check_digit("91500237" + body)


def institution_name(number: int) -> str:
    """A plausible name; brands repeat, as they do."""
    draw = random.Random(number)
    brand = "".join(draw.choice(BRAND_SIGNS) for _ in range(draw.choice((2, 2, 3))))
    return f"{draw.choice(('巫山县', '', ''))}{brand}{draw.choice(KINDS)}"


def _institution(ground: Ground, number: int) -> Institution:
    draw = random.Random(-number)
    town = ground.towns[number % len(ground.towns)]
    holds = draw.random() < 0.7
    place = Institution(
        bureau=ground.bureau,
        region=town,
        region_path=town.path,
        created_by=ground.actor,
        name=institution_name(number),
        standing="LICENSED" if holds else "UNLICENSED",
        uscc=uscc(number) if holds else "",
        licence_no=f"教民15002377{number:07d}号" if holds else "",
        licence_from=date(2025, 1, 1) if holds else None,
        licence_to=date(2027, 12, 31) if holds else None,
        licence_state="VALID" if holds else "NONE",
        subject_kind="NON_SUBJECT",
        track=draw.choice(TRACKS),
        profit_kind="FOR_PROFIT",
        address=f"{town.name}{draw.choice(STREETS)}{draw.randrange(1, 900)}号",
        phone=f"023-576{number % 100000:05d}",
        established_on=date(2019, 3, 1),
        state_since=date(2019, 3, 1),
        list_status="WHITE" if holds and number % 4 == 0 else "NONE",
    )
    search_fill(place, [])
    return place


def institutions_make(ground: Ground, count: int, first: int = 1) -> int:
    """`count` places from number `first` on, with their operating state; every fourth licensed one is listed white."""

    def places() -> Iterator[Institution]:
        return (_institution(ground, number) for number in range(first, first + count))

    made = copy_objects(Institution, places())
    insert_select(
        InstitutionState,
        f"institutions_institution i WHERE i.bureau_id = {ground.bureau.pk} AND NOT EXISTS "
        "(SELECT 1 FROM institutions_institutionstate s WHERE s.institution_id = i.id)",
        institution="i.id",
        kind="'OPERATING_STATE'",
        value="'OPERATING'",
        span="daterange('2019-03-01', NULL)",
        recorded_by=str(ground.actor.pk),
    )
    return made


# -- inspections -----------------------------------------------------------------------------------------------


def _array(rows: list[User]) -> str:
    return f"ARRAY[{','.join(str(row.pk) for row in rows)}]"


def _noise(number: str, below: int) -> str:
    """SQL: a fixed pseudo-random number from 0 to below − 1."""
    return f"mod(abs(hashint8({number})::bigint), {below})"


def _numbers(first: int, count: int) -> str:
    return f"generate_series({first}, {first + count - 1}) AS g(i)"


def _root(ground: Ground) -> dict[str, str]:
    region = ground.bureau.region
    return {
        "bureau": str(ground.bureau.pk),
        "region": str(region.pk),
        "region_path": f"'{region.path}'",
        "created_by": str(ground.actor.pk),
    }


def campaigns_make(ground: Ground, count: int, first: int = 1) -> int:
    """Campaigns under way, every kind in turn."""
    return insert_select(
        Campaign,
        _numbers(first, count),
        **_root(ground),
        code="'C' || i",
        name="'专项行动第 ' || i || ' 号'",
        kind="(ARRAY['LOOK_BACK','SUBJECT_SWEEP','FIRE_SAFETY','HOLIDAY'])[1 + mod(i - 1, 4)]",
        issuer="'市教育委员会'",
        starts_on="date '2024-01-01'",
        status="'RUNNING'",
        started_at="timestamptz '2024-01-01 09:00+08'",
    )


def documents_make(ground: Ground, numbers: str, kind: str = "NOTICE") -> int:
    """Issued documents numbered `<kind>i` for every i of the FROM clause `numbers`."""
    return insert_select(
        OfficialDocument,
        numbers,
        bureau=str(ground.bureau.pk),
        organ=str(ground.organ.pk),
        kind=f"'{kind}'",
        kind_name="'责令限期整改通知书'",
        number=f"'{kind}' || i",
        title="'责令限期整改通知书'",
        subject_type="'inspections.rectificationnotice'",
        subject_uid="gen_random_uuid()",
        content="'{}'",
        content_hash="repeat('0', 64)",
        template_version="'1'",
        code=f"'{kind[:1]}' || i",
        signed_payload="''",
        issued_on="date '2026-01-05'",
        issued_at="timestamptz '2026-01-05 10:00+08'",
        issued_by=str(ground.approver.pk),
    )


def visits_make(
    ground: Ground, count: int, first: int = 1, per_outing: int = 4, found_in_ten: int = 6
) -> None:
    """Finished outings of three officers with `per_outing` recorded visits each, findings and notices.

    In `found_in_ten` of ten visits something is found; two thirds of those lead to a notice. Institutions and campaigns come first.
    """
    outings, first_outing = -(-count // per_outing), (first - 1) // per_outing + 1
    _outings_make(ground, outings, first_outing)
    _visit_rows(ground, count, first, per_outing, found_in_ten)
    _findings_make(ground, count, first)
    _notices_make(ground, count, first)


def _moment(number: str) -> str:
    return (
        f"timestamptz '{LAST_DAY} 09:00+08' - interval '1 day' * {_noise(number, VISIT_DAYS)}"
        f" + interval '1 minute' * {_noise(number + ' + 5', 400)}"
    )


def _outings_make(ground: Ground, count: int, first: int) -> None:
    bureau = ground.bureau.pk
    insert_select(
        Deployment,
        f"""{_numbers(first, count)} CROSS JOIN
            (SELECT array_agg(id ORDER BY id) AS ids FROM fieldwork_campaign WHERE bureau_id = {bureau}) c""",
        **_root(ground),
        name="'检查出动第 ' || i || ' 号'",
        number="'出动' || i",
        kind="'SPECIAL'",
        campaign="c.ids[1 + mod(i, cardinality(c.ids) + 1)]",
        lead_organ=str(ground.organ.pk),
        task_source="'上级部署'",
        basis="'国办发〔2024〕54号'",
        item="'证照、收费、安全'",
        starts_at=_moment("i"),
        ends_at=f"{_moment('i')} + interval '8 hours'",
        status="'DONE'",
        approved_at=f"{_moment('i')} - interval '1 day'",
        approved_by=str(ground.approver.pk),
        started_at=_moment("i"),
        finished_at=f"{_moment('i')} + interval '8 hours'",
        source_no="i::text",
    )
    people = len(ground.officers)
    insert_select(
        DeploymentMember,
        f"""inspections_deployment d CROSS JOIN generate_series(0, {min(3, people) - 1}) AS k(n)
            CROSS JOIN LATERAL (
                SELECT u.id, u.name FROM accounts_user u
                WHERE u.id = ({_array(ground.officers)})[1 + mod(d.id * 5 + k.n, {people})]) u
            WHERE d.bureau_id = {bureau} AND d.source_no <> '' AND d.source_no::int >= {first}""",
        deployment="d.id",
        user="u.id",
        person_name="u.name",
        organisation=str(ground.organ.pk),
        role="'OFFICER'",
        certificate_no="'5002370' || u.id",
        certificate_organ=str(ground.organ.pk),
        checked_on="date '2026-01-05'",
    )


def _visit_rows(ground: Ground, count: int, first: int, per_outing: int, found_in_ten: int) -> None:
    bureau = ground.bureau.pk
    places = Institution.objects.filter(bureau=ground.bureau).count()
    insert_select(
        Visit,
        f"""{_numbers(first, count)}
            JOIN inspections_deployment d ON d.bureau_id = {bureau} AND d.number = '出动' || ((i - 1) / {per_outing} + 1)
            JOIN (SELECT id, region_id, region_path, standing, row_number() OVER (ORDER BY id) - 1 AS k
                  FROM institutions_institution WHERE bureau_id = {bureau}) x
            ON x.k = mod(i::bigint * 7919, {places})""",
        bureau=str(bureau),
        region="x.region_id",
        region_path="x.region_path",
        created_by=str(ground.actor.pk),
        deployment="d.id",
        institution="x.id",
        planned_on="(d.starts_at AT TIME ZONE 'Asia/Shanghai')::date",
        status="'RECORDED'",
        was_closed=f"{_noise('i + 1', 10)} = 0",
        standing_then="x.standing",
        is_night=f"{_noise('i + 2', 20)} = 0",
        started_at="d.starts_at",
        ended_at="d.starts_at + interval '1 hour'",
        recorded_at="d.starts_at + interval '2 hours'",
        premises="'OPERATING'",
        summary="'现场情况'",
        outcome=f"CASE WHEN {_noise('i', 10)} < {found_in_ten} THEN 'CORRECT' ELSE 'NO_PROBLEM' END",
        place_note="i::text",
    )


def _findings_make(ground: Ground, count: int, first: int) -> None:
    insert_select(
        Finding,
        f"""inspections_visit v
            CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM {ViolationType._meta.db_table}) y
            WHERE v.bureau_id = {ground.bureau.pk} AND v.outcome = 'CORRECT'
            AND v.place_note::bigint BETWEEN {first} AND {first + count - 1}""",
        bureau="v.bureau_id",
        region="v.region_id",
        region_path="v.region_path",
        created_by=str(ground.actor.pk),
        visit="v.id",
        violation="y.ids[1 + mod(v.id, cardinality(y.ids))]",
        text="'未公示收费项目'",
        mode="CASE WHEN mod(v.place_note::bigint, 3) = 0 THEN 'ON_SPOT' ELSE 'IN_TERM' END",
        organ=str(ground.organ.pk),
        status="(ARRAY['FIXED', 'CLOSED', 'IN_NOTICE'])[1 + mod(v.place_note::bigint, 3)]",
        fixed_at="CASE WHEN mod(v.place_note::bigint, 3) = 0 THEN v.ended_at END",
        settled_at="CASE WHEN mod(v.place_note::bigint, 3) = 1 THEN v.ended_at + interval '10 days' END",
    )


def _notices_make(ground: Ground, count: int, first: int) -> None:
    wanted = f"""v.bureau_id = {ground.bureau.pk} AND v.outcome = 'CORRECT' AND mod(v.place_note::bigint, 3) <> 0
        AND v.place_note::bigint BETWEEN {first} AND {first + count - 1}"""
    documents_make(ground, f"(SELECT place_note AS i FROM inspections_visit v WHERE {wanted}) g")
    insert_select(
        RectificationNotice,
        f"""inspections_visit v JOIN casework_officialdocument d
            ON d.bureau_id = v.bureau_id AND d.number = 'NOTICE' || v.place_note WHERE {wanted}""",
        bureau="v.bureau_id",
        region="v.region_id",
        region_path="v.region_path",
        created_by=str(ground.actor.pk),
        visit="v.id",
        institution="v.institution_id",
        organ=str(ground.organ.pk),
        status="CASE WHEN mod(v.place_note::bigint, 3) = 1 THEN 'CLOSED' ELSE 'SERVED' END",
        number="d.number",
        document="d.id",
        party_name="'当事人'",
        issued_at="v.ended_at",
        served_at="v.ended_at",
        first_due_on="(v.ended_at + interval '15 days')::date",
        due_on="(v.ended_at + interval '15 days')::date",
        closed_at="CASE WHEN mod(v.place_note::bigint, 3) = 1 THEN v.ended_at + interval '10 days' END",
    )
    insert_select(
        NoticeItem,
        f"""inspections_rectificationnotice n JOIN inspections_finding f ON f.visit_id = n.visit_id
            JOIN inspections_visit v ON v.id = n.visit_id
            WHERE n.bureau_id = {ground.bureau.pk} AND v.place_note::bigint BETWEEN {first} AND {first + count - 1}""",
        notice="n.id",
        finding="f.id",
        position="1",
        order="'立即改正'",
    )


# -- lists -----------------------------------------------------------------------------------------------------


def listings_make(ground: Ground) -> int:
    """A published white batch that holds every institution whose copy says WHITE and that has no entry yet."""
    number = ListBatch.objects.filter(bureau=ground.bureau).count() + 1
    documents_make(ground, _numbers(number, 1), kind="BATCH")
    insert_select(
        ListBatch,
        f"casework_officialdocument d WHERE d.bureau_id = {ground.bureau.pk} AND d.number = 'BATCH{number}'",
        **_root(ground),
        title=f"'第 {number} 批白名单'",
        basis="'渝教办〔2022〕1号'",
        status="'PUBLISHED'",
        approved_by=str(ground.approver.pk),
        approved_at="d.issued_at",
        batch_no=str(number),
        published_on="d.issued_on",
        published_at="d.issued_at",
        document="d.id",
    )
    return insert_select(
        ListEntry,
        f"""institutions_institution x JOIN blacklist_listbatch b ON b.bureau_id = x.bureau_id AND b.batch_no = {number}
            WHERE x.bureau_id = {ground.bureau.pk} AND x.list_status = 'WHITE'
            AND NOT EXISTS (SELECT 1 FROM blacklist_listentry e WHERE e.institution_id = x.id)""",
        bureau="x.bureau_id",
        region="x.region_id",
        region_path="x.region_path",
        created_by=str(ground.actor.pk),
        institution="x.id",
        kind="'WHITE'",
        batch="b.id",
        status="'PUBLISHED'",
        starts_on="b.published_on",
        published_at="b.published_at",
        document="b.document_id",
        span="daterange(b.published_on, NULL)",
    )


def table_size(table: str) -> int:
    """Rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])
