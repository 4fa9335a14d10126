"""Grids of the demonstration county: three nets, one sweep that is over and one that runs, events, a whistle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import Organisation, OrganisationKind, Region
from accounts.services import system_user
from config.demo.clock import at
from config.demo.outings import photo
from config.demo.people import County
from institutions.models import Institution
from monitors import services
from monitors.models import DutyPost, GridEvent, GridSweep, GridUnit, SweepTarget
from monitors.services import Duty, EventReport

SURNAMES, GIVEN = "谷岳柯尚倪苗乐常", ("守正", "知远", "若兰", "敬之", "望川", "晓棠")
SINCE = date(2024, 3, 1)
FULL_TOWNS, UNMANNED = 3, 2
COMMUNITIES = ("第一社区", "第二社区")
DEPARTMENTS = (
    (OrganisationKind.MARKET, "广告和无照经营"),
    (OrganisationKind.CULTURE, "文化艺术类机构"),
    (OrganisationKind.SPORT, "体育类机构"),
)


@dataclass
class Nets:
    """The nets as they are set up."""

    county: County
    now: date
    count: int = 0
    streets: list[GridUnit] = field(default_factory=list)
    schools: list[GridUnit] = field(default_factory=list)

    def person(self) -> str:
        """The next invented name."""
        self.count += 1
        return f"{SURNAMES[self.count % len(SURNAMES)]}{GIVEN[self.count // len(SURNAMES) % len(GIVEN)]}"

    def unit(
        self, kind: str, code: str, name: str, parent: GridUnit | None, region: Region, **more: Any
    ) -> GridUnit:
        """One unit, set up when the nets began."""
        area = {key: more.pop(key) for key in ("towns", "places") if key in more}
        return services.unit_save(
            actor=self.county.clerk,
            region=region,
            values={"kind": kind, "code": code, "name": name, "parent": parent, **more},
            at=at(SINCE, 9),
            **area,
        )

    def man(self, unit: GridUnit, title: str, post: str = DutyPost.WORKER) -> None:
        """Somebody on duty from the beginning."""
        phone = f"023-0001{self.count:04d}"
        duty = Duty(self.person(), SINCE, post=post, title=title, phone=phone)
        services.duty_add(actor=self.county.clerk, unit=unit, duty=duty, at=at(SINCE, 10))


def has_grids(county: County) -> bool:
    """Whether this part stands."""
    return GridUnit.objects.filter(bureau=county.bureau).exists()


def build_grids(county: County, now: date) -> None:
    """Three nets over the county and what came of them."""
    nets = Nets(county, now)
    _streets(nets)
    _schools(nets)
    _departments(nets)
    _old_sweep(nets)
    running = _running_sweep(nets)
    _events(nets, running)
    _sheet(nets)


def build_few_grids(county: County, now: date) -> None:
    """The neighbour: one street with one person."""
    nets = Nets(county, now)
    town = county.towns[0]
    street = nets.unit("STREET", "S01", town.name, None, town, towns=[town])
    nets.man(street, "分管负责人", DutyPost.HEAD)


def _streets(nets: Nets) -> None:
    towns = nets.county.towns
    for number, town in enumerate(towns, start=1):
        street = nets.unit("STREET", f"S{number:02d}", town.name, None, town, towns=[town])
        nets.streets.append(street)
        if number <= len(towns) - UNMANNED:
            nets.man(street, "教育专干", DutyPost.HEAD)
        if number <= FULL_TOWNS:
            _communities(nets, street, town)


def _communities(nets: Nets, street: GridUnit, town: Region) -> None:
    places = list(Institution.objects.filter(region=town).present().order_by("pk"))
    for number, name in enumerate(COMMUNITIES):
        community = nets.unit("COMMUNITY", f"{street.code}-{number + 1}", name, street, town)
        nets.man(community, "社区书记", DutyPost.HEAD)
        grid = nets.unit(
            "GRID", f"{community.code}-01", f"{name}1号网格", community, town,
            places=places[number :: len(COMMUNITIES)], area=f"{town.name}示例路以{'东西'[number]}",
        )  # fmt: skip
        nets.man(grid, "网格员")


def _schools(nets: Nets) -> None:
    county = nets.county
    office = nets.unit(
        "OFFICE", "X", "民办教育管理办公室", None, county.region, organisation=county.education
    )
    nets.man(office, "主任", DutyPost.HEAD)
    bodies = list(
        Organisation.objects.filter(bureau=county.bureau, kind=OrganisationKind.SCHOOL).order_by("pk")[:9]
    )
    for zone_number in range(3):
        share = bodies[zone_number::3]
        if not share:
            continue
        zone = nets.unit(
            "ZONE", f"X{zone_number + 1}", f"第{'一二三'[zone_number]}片区", office, county.region
        )
        nets.man(zone, "片区负责人", DutyPost.HEAD)
        for number, body in enumerate(share, start=1):
            places = list(Institution.objects.filter(region=body.region).present().order_by("pk")[:6])
            unit = nets.unit(
                "SCHOOL", f"{zone.code}-{number:02d}", f"{body.name}周边", zone, body.region, organisation=body,
                places=places, area="校门周围 500 米",
            )  # fmt: skip
            nets.man(unit, "学校专员")
            nets.schools.append(unit)


def _departments(nets: Nets) -> None:
    county = nets.county
    for number, (kind, area) in enumerate(DEPARTMENTS, start=1):
        body = county.organs[kind]
        net = nets.unit(
            "NET", f"D{number}", f"{body.short_name}包干网", None, county.region, organisation=body
        )
        nets.man(net, "分管负责人", DutyPost.HEAD)
        half = len(county.towns) // 2
        for step, towns in enumerate((county.towns[:half], county.towns[half:]), start=1):
            post = nets.unit(
                "POST", f"D{number}-{step}", f"{body.short_name}{'城区镇乡'[step * 2 - 2 : step * 2]}片", net,
                county.region, towns=towns, area=area,
            )  # fmt: skip
            nets.man(post, "联络员")


def _old_sweep(nets: Nets) -> None:
    """Last month's sweep of three streets; nearly everything was looked at."""
    county, first = nets.county, nets.now - timedelta(days=40)
    sweep = _open(nets, "秋季开学拉网排查", first, first + timedelta(days=10), nets.streets[:FULL_TOWNS])
    targets = list(
        SweepTarget.objects.filter(sweep=sweep).select_related("unit", "institution").order_by("pk")
    )
    for number, target in enumerate(targets):
        if number % 12 == 11:
            continue
        _clear(nets, sweep, target, at(first + timedelta(days=1 + number % 9), 10, number % 60))
    services.event_report(
        actor=county.users["township"],
        unit=nets.streets[0],
        sweep=sweep,
        report=EventReport(
            "NEW_SITE", place="示例花园 5 栋 2 单元 301", seen_name="无招牌", activity="SUBJECT", pupils=7,
            text="傍晚有小学生背书包进出，门上无招牌，邻居说在补课。", happened_at=at(first + timedelta(days=4), 18),
        ),
        files=[photo("楼道")],
        at=at(first + timedelta(days=4), 19),
    )  # fmt: skip
    services.sweep_close(
        actor=county.head, sweep=sweep, summary="三个街道已知机构基本看过，新发现一处居民楼补习点，已转线索。",
        at=at(first + timedelta(days=12), 9),
    )  # fmt: skip


def _open(nets: Nets, title: str, first: date, last: date, units: list[GridUnit]) -> GridSweep:
    return services.sweep_open(
        actor=nets.county.head,
        values={
            "title": title,
            "starts_on": first,
            "ends_on": last,
            "basis": "逐家看是否在营业、有没有学科类培训、广告和安全隐患；只看、只报。",
        },
        units=units,
        at=at(first, 8),
    )


def _clear(nets: Nets, sweep: GridSweep, target: SweepTarget, moment: datetime) -> None:
    services.event_report(
        actor=nets.county.clerk,
        unit=target.unit,
        sweep=sweep,
        report=EventReport(
            "CLEAR", institution=target.institution, happened_at=moment, activity="NON_SUBJECT"
        ),
        at=moment,
    )


def _running_sweep(nets: Nets) -> GridSweep:
    """The sweep before the winter holidays: a third is done."""
    first = nets.now - timedelta(days=3)
    units = [*nets.streets[:FULL_TOWNS], *nets.schools]
    sweep = _open(nets, "寒假前拉网排查", first, nets.now + timedelta(days=9), units)
    targets = SweepTarget.objects.filter(sweep=sweep).select_related("unit", "institution").order_by("pk")
    for number, target in enumerate(targets):
        if number % 3 == 0:
            _clear(nets, sweep, target, at(first + timedelta(days=1), 9 + number % 8, number % 60))
    return sweep


def _events(nets: Nets, sweep: GridSweep) -> None:
    """An advertisement at a school gate with departments called, and one that stays a clue."""
    county, yesterday = nets.county, nets.now - timedelta(days=1)
    street = nets.streets[0]
    seen_at = at(yesterday, 16)
    banner = _ad(
        nets, street, "示例小学正门对面围挡", "围挡上挂着寒假数学冲刺班的横幅，物业不肯取下。", seen_at
    )
    _ad(nets, nets.streets[1], "龙门市场入口", "散发奥数集训传单，约三十张。", at(yesterday, 11))
    called = services.event_whistle(
        actor=county.users["township"],
        event=banner,
        values={"matter": "校门口横幅广告物业拒绝取下", "detail": banner.text, "urgency": "URGENT"},
        departments=[county.organs[OrganisationKind.MARKET], county.organs[OrganisationKind.URBAN]],
        at=seen_at + timedelta(minutes=10),
    )
    assert called.whistle is not None
    services.calls_remind_due(actor=system_user(), at=seen_at + timedelta(minutes=90))


def _ad(nets: Nets, unit: GridUnit, place: str, words: str, moment: datetime) -> GridEvent:
    return services.event_report(
        actor=nets.county.users["township"] if unit == nets.streets[0] else nets.county.clerk,
        unit=unit,
        report=EventReport("AD", place=place, seen_name="冲刺班广告", text=words, happened_at=moment),
        files=[photo(words)],
        at=moment + timedelta(minutes=5),
    )


def _sheet(nets: Nets) -> None:
    """A township's sheet that waits for somebody to confirm."""
    street = nets.streets[0]
    lines = (
        "网格编码,级别,网格名称,上级编码,姓名,岗位,职务,联系电话,在岗起始日期",
        f"{street.code}-3,社区,第三社区,{street.code},{nets.person()},负责人,社区书记,023-00019001,2026-09-01",
        f"{street.code}-3-01,网格,第三社区1号网格,{street.code}-3,{nets.person()},网格员,,023-00019002,2026-09-01",
        f"{street.code}-9-01,网格,第九社区1号网格,{street.code}-9,{nets.person()},网格员,,,2026-09-01",
    )
    content = ContentFile("\n".join(lines).encode("utf-8-sig"), name="网格人员.csv")
    services.sheet_receive(
        actor=nets.county.users["township"],
        upload=content,
        name="高唐街道网格人员.csv",
        at=at(nets.now - timedelta(days=1), 9),
    )
