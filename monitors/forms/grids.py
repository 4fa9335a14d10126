"""Forms of grids: units, people, sweeps, what was seen, calls, sheets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, Region, User
from casework.web import give_rows
from casework.web.fields import (
    DayField,
    FilesField,
    FilesInput,
    MomentField,
    PickerSelect,
    PlacesField,
    area,
    place_picker,
)
from casework.web.nameless import NamelessForm
from institutions.models import Institution
from institutions.models.choices import ENDED
from institutions.selectors import institutions_visible, townships_of
from measures.models import WhistleUrgency
from monitors.models import DutyPost, EventKind, GridKind, GridUnit, Seen
from monitors.selectors import grids as selectors
from monitors.services import Duty, EventReport

PHOTOS_MAX = 9


class UnitField(forms.ModelChoiceField[GridUnit]):
    """A unit with its level."""

    def label_from_instance(self, obj: GridUnit) -> str:
        return f"{'　' * obj.depth}{obj.name}（{obj.get_kind_display()}）"


class UnitsField(forms.ModelMultipleChoiceField[GridUnit]):
    """Several units."""

    def label_from_instance(self, obj: GridUnit) -> str:
        return f"{obj.name}（{obj.get_kind_display()}，{obj.region.name}）"


class PlaceField(forms.ModelChoiceField[Institution]):
    """One institution; one that has ended says so."""

    def label_from_instance(self, obj: Institution) -> str:
        ended = f"，{obj.get_operating_state_display()}" if obj.operating_state in ENDED else ""
        return f"{obj.name}（{obj.region.name}{ended}）"


class BodyField(forms.ModelChoiceField[Organisation]):
    """One body."""

    def label_from_instance(self, obj: Organisation) -> str:
        return obj.name


class UnitForm(forms.Form):
    """One unit and its area."""

    kind = forms.ChoiceField(label="级别", choices=GridKind.choices)
    code = forms.CharField(
        label="编码", max_length=30, help_text="本单位内不重复，例如 GT-01-03。保存后不能改。"
    )
    name = forms.CharField(label="名称", max_length=80)
    parent = UnitField(
        label="上级",
        queryset=GridUnit.objects.none(),
        required=False,
        empty_label="没有上级（街道、民管办、部门包干网）",
    )
    region = forms.ModelChoiceField(label="所在乡镇（街道）", queryset=Region.objects.none())
    organisation = BodyField(
        label="责任单位",
        queryset=Organisation.objects.none(),
        required=False,
        help_text="学校专员选学校，部门网选部门；该单位的人员能看到并登记这个网格。",
    )
    area = forms.CharField(label="范围", max_length=300, required=False, widget=area(2))
    towns = forms.ModelMultipleChoiceField(
        label="负责的乡镇（街道）",
        queryset=Region.objects.none(),
        required=False,
        widget=PickerSelect(unit="个", size=6),
        help_text="整个乡镇（街道）都归这个网格的，在这里选。",
    )
    places = PlacesField(
        label="负责的机构", queryset=Institution.objects.none(), required=False, widget=place_picker()
    )

    def __init__(self, *args: Any, actor: User, unit: GridUnit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = Region.objects.filter(pk__in=[town.pk for town in townships_of(actor)]).order_by("code")
        county = Region.objects.filter(pk=actor.bureau.region_id) if actor.bureau else Region.objects.none()
        homes = county | towns if not _is_township(actor) else towns
        give_rows(
            self,
            parent=selectors.open_units(actor),
            region=homes.order_by("code"),
            organisation=selectors.bodies_of(actor),
            towns=towns,
            places=institutions_visible(actor).present(),
        )
        if unit is not None:
            for name in ("kind", "code", "parent"):
                del self.fields[name]
            self.initial.update({
                "name": unit.name, "region": unit.region_id, "organisation": unit.organisation_id,
                "area": unit.area, "towns": list(unit.towns.values_list("pk", flat=True)),
                "places": list(unit.places.values_list("pk", flat=True)),
            })  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What the service takes besides the area."""
        names = ("kind", "code", "name", "parent", "organisation", "area")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def _is_township(actor: User) -> bool:
    return actor.organisation is not None and actor.organisation.kind == OrganisationKind.TOWNSHIP


class DutyForm(forms.Form):
    """One person on duty."""

    name = forms.CharField(label="姓名", max_length=40)
    post = forms.ChoiceField(label="岗位", choices=DutyPost.choices, initial=DutyPost.WORKER)
    title = forms.CharField(label="职务", max_length=60, required=False)
    phone = forms.CharField(label="联系电话", max_length=40, required=False, help_text="只有工作人员能看到。")
    since = DayField(label="在岗起始日期")
    until = DayField(label="在岗截止日期", required=False, help_text="没有期限的不填。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = timezone.localdate()

    def duty(self) -> Duty:
        """As the service takes it."""
        return Duty(**self.cleaned_data)


class EndForm(forms.Form):
    """The last day on duty."""

    last_day = DayField(label="最后在岗日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = timezone.localdate()


class SweepForm(forms.Form):
    """A sweep: window and grids."""

    title = forms.CharField(label="名称", max_length=100)
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="截止日期")
    basis = forms.CharField(label="依据和要求", max_length=500, required=False, widget=area(3))
    units = UnitsField(
        label="排查的网格",
        queryset=GridUnit.objects.none(),
        widget=PickerSelect(unit="个", words=("code",)),
        help_text="已知的机构在保存时按网格范围列出，一家归最小的网格。",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, units=selectors.open_units(actor))
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """Days in order."""
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "截止日期不能早于开始日期。")
        return values


class SummaryForm(forms.Form):
    """Words about the result of a sweep."""

    summary = forms.CharField(label="排查结果", max_length=500, widget=area(3))

    def __init__(self, *args: Any, actor: User, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class EventForm(NamelessForm):
    """What a grid saw: a known place, a place not in the register, or an ad somewhere."""

    nameless = ("place", "text")
    unit = UnitField(label="网格", queryset=GridUnit.objects.none())
    kind = forms.ChoiceField(label="情况", choices=[row for row in EventKind.choices if row[0] != "CLEAR"])
    institution = PlaceField(
        label="机构", queryset=Institution.objects.none(), required=False, empty_label="不在名录中"
    )
    seen_name = forms.CharField(
        label="看到的名称",
        max_length=100,
        required=False,
        help_text="招牌、广告上的名称；没有招牌的写“无招牌”。",
    )
    region = forms.ModelChoiceField(
        label="乡镇（街道）",
        queryset=Region.objects.none(),
        required=False,
        empty_label="请选择",
        help_text="不在名录中的，选地点所在的乡镇（街道）；名录机构可不选。",
    )
    place = forms.CharField(
        label="地点", max_length=200, required=False, help_text="写到楼栋、楼层；名录机构可不填。"
    )
    happened_at = MomentField(label="看到的时间")
    activity = forms.ChoiceField(label="看到的活动", choices=Seen.choices, initial=Seen.UNKNOWN)
    pupils = forms.IntegerField(
        label="学生（约，人）", min_value=0, max_value=2000, initial=0, required=False
    )
    text = forms.CharField(
        label="看到的情况", max_length=500, widget=area(3), help_text="只写看到的，不写学生姓名。"
    )
    photos = FilesField(
        label="照片",
        most=PHOTOS_MAX,
        widget=FilesInput(attrs={"multiple": True, "accept": "image/*"}),
        help_text=f"最多 {PHOTOS_MAX} 张，尽量不拍学生正脸。",
    )

    def __init__(
        self,
        *args: Any,
        actor: User,
        units: Any,
        place: Institution | None = None,
        kind: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            unit=units,
            institution=selectors.places_for(actor, units),
            region=selectors.towns_of_units(actor.bureau, units),
        )
        now = timezone.localtime().replace(second=0, microsecond=0)
        best = selectors.unit_for(place, units)
        self.initial.update({
            "happened_at": now, "institution": place.pk if place else None, "kind": kind,
            "unit": best.pk if best else None,
        })  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A new site has a name and is not in the register; anything else has a place."""
        values: dict[str, Any] = super().clean() or {}
        place = values.get("institution")
        if values.get("kind") == EventKind.NEW_SITE:
            if place is not None:
                self.add_error("institution", "名录中已有的不是新发现的培训点，请改选其他情况。")
            elif not (values.get("seen_name") or "").strip():
                self.add_error("seen_name", "请填写看到的名称，没有招牌的写“无招牌”。")
        if place is None and not (values.get("place") or "").strip():
            self.add_error("place", "请写明地点。")
        if place is None and values.get("unit") is not None and "region" not in self.errors:
            self._clean_town(values)
        return values

    def _clean_town(self, values: dict[str, Any]) -> None:
        """The township of a place outside the register: one of the grid's; the only one needs no choice."""
        towns = list(selectors.towns_of_unit(values["unit"]))
        chosen = values.get("region") or (towns[0] if len(towns) == 1 else None)
        if chosen is None:
            self.add_error("region", "请选择这个地点所在的乡镇（街道）。")
        elif chosen not in towns:
            self.add_error("region", f"{chosen.name}不在这个网格的范围内，请改选，或者换一个网格。")
        values["region"] = chosen

    def report(self) -> EventReport:
        """As the service takes it; this minute means now."""
        values = self.cleaned_data
        seen_at, now = values["happened_at"], timezone.now()
        plain = ("kind", "place", "institution", "seen_name", "activity", "text", "region")
        return EventReport(
            happened_at=now if seen_at == now.replace(second=0, microsecond=0) else seen_at,
            pupils=values["pupils"] or 0,
            **{name: values[name] for name in plain},
        )


class CallForm(forms.Form):
    """Departments called to the place of an event."""

    matter = forms.CharField(label="事项", max_length=100)
    detail = forms.CharField(
        label="情况说明", widget=area(3), help_text="写清需要部门解决什么。不写学生、家长和举报人姓名。"
    )
    urgency = forms.ChoiceField(label="紧急程度", choices=WhistleUrgency.choices, initial="ORDINARY")
    departments = forms.ModelMultipleChoiceField(
        label="报到部门", queryset=Organisation.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, actor: User, event: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {OrganisationKind.TOWNSHIP, OrganisationKind.SCHOOL, OrganisationKind.INSTITUTION}
        bodies = selectors.bodies_of(actor).exclude(kind__in=kinds)
        give_rows(self, departments=bodies)
        self.initial.update(
            {
                "matter": f"{event.get_kind_display()}：{event.party}"[:100],
                "detail": event.text,
            }
        )


class NoteForm(forms.Form):
    """Words that go with a reminder."""

    note = forms.CharField(label="催办说明", max_length=200, required=False)


class SheetForm(forms.Form):
    """A township's sheet."""

    upload = forms.FileField(label="网格人员表", help_text=".xlsx 或 .csv，一行一人。")
