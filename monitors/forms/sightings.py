"""Forms of the duty log and of observations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Region, User
from casework.web import give_rows
from casework.web.fields import DayField, FilesField, FilesInput, MomentField, area
from casework.web.nameless import NamelessForm
from institutions.models import Institution
from institutions.selectors import institutions_visible
from monitors.forms.grids import PHOTOS_MAX, PlaceField
from monitors.models import DutyKind, Monitor, Seen, SpotKind, Stage
from monitors.selectors import monitors as people
from monitors.services import Entry, Watch

PHOTOS = FilesInput(attrs={"multiple": True, "accept": "image/*"})


class MonitorField(forms.ModelChoiceField[Monitor]):
    """One monitor in office."""

    def label_from_instance(self, obj: Monitor) -> str:
        return f"{obj.name}（{obj.region.name}）"


class EntryForm(NamelessForm):
    """One line of the duty log."""

    nameless = ("text", "place")
    monitor = MonitorField(label="社会监督员", queryset=Monitor.objects.none())
    duty = forms.ChoiceField(label="职责", choices=DutyKind.choices)
    done_on = DayField(label="日期")
    text = forms.CharField(label="做了什么", max_length=500, widget=area(3))
    place = forms.CharField(label="地点", max_length=120, required=False)
    reach_count = forms.IntegerField(
        label="宣传到的人次", min_value=0, max_value=100_000, required=False, help_text="只有宣传填写。"
    )
    is_advice = forms.BooleanField(
        label="作为意见建议转交教育部门", required=False, help_text="只有反馈可以转交，转交后有人办理和答复。"
    )
    photos = FilesField(label="照片", most=PHOTOS_MAX, widget=PHOTOS, help_text=f"最多 {PHOTOS_MAX} 张。")

    def __init__(self, *args: Any, actor: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = timezone.localdate()
        if actor is None:
            del self.fields["monitor"]
        else:
            rows: Any = people.monitors_visible(actor).filter(status="APPOINTED")
            give_rows(self, monitor=rows.order_by("person__name", "pk"))

    def entry(self) -> Entry:
        """As the service takes it."""
        values = self.cleaned_data
        return Entry(
            values["duty"], values["done_on"], values["text"], values["place"], values["reach_count"] or 0,
            values["is_advice"],
        )  # fmt: skip


class WatchForm(NamelessForm):
    """What was seen of people going into a building."""

    nameless = ("place", "floors", "pattern", "text")
    watched_from = MomentField(label="观察开始")
    watched_until = MomentField(label="观察结束")
    region = forms.ModelChoiceField(label="乡镇（街道）", queryset=Region.objects.none())
    place = forms.CharField(label="地点", max_length=200, help_text="写到楼栋、单元门口。")
    spot_kind = forms.ChoiceField(label="场所类型", choices=SpotKind.choices)
    floors = forms.CharField(
        label="去向",
        max_length=200,
        required=False,
        help_text="电梯停的楼层、亮灯的窗、听到声音的门牌；不要进门。",
    )
    institution = PlaceField(
        label="疑似机构", queryset=Institution.objects.none(), required=False, empty_label="不知道"
    )
    entered = forms.IntegerField(label="进入的学生（约，人）", min_value=0, max_value=2000)
    left = forms.IntegerField(label="离开的学生（约，人）", min_value=0, max_value=2000, required=False)
    stage = forms.ChoiceField(label="学段", choices=Stage.choices, required=False)
    adults = forms.IntegerField(label="疑似教师（约，人）", min_value=0, max_value=200, required=False)
    activity = forms.ChoiceField(label="看到、听到的活动", choices=Seen.choices, initial=Seen.UNKNOWN)
    pattern = forms.CharField(
        label="时间规律", max_length=100, required=False, help_text="例如周一至周五 18:30 以后。"
    )
    text = forms.CharField(
        label="看到的情况", max_length=500, widget=area(3), help_text="书包、教材、带队的人等；不写学生姓名。"
    )
    photos = FilesField(
        label="照片",
        most=PHOTOS_MAX,
        widget=PHOTOS,
        help_text=f"最多 {PHOTOS_MAX} 张，尽量不拍学生正脸。",
    )
    is_public_only = forms.BooleanField(
        label="我只在公共场所观察，没有进入私人住所，没有要求对方开门、出示材料或者签字",
        error_messages={"required": "只能登记在公共场所看到的情况，请确认。"},
    )

    def __init__(self, *args: Any, actor: User, monitor: Monitor | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if monitor is not None:
            bureau = monitor.bureau
            towns: Any = Region.objects.filter(parent=bureau.region, valid_to__isnull=True)
            places = Institution.objects.filter(bureau=bureau).select_related("region")
        else:
            towns, places = people.towns_of(actor), institutions_visible(actor)
        give_rows(self, region=towns.order_by("code"), institution=places.order_by("name_norm", "pk"))
        now = timezone.localtime().replace(second=0, microsecond=0)
        self.initial.update({
            "watched_from": now - timedelta(minutes=30), "watched_until": now,
            "region": monitor.region_id if monitor else None,
        })  # fmt: skip

    def watch(self) -> Watch:
        """As the service takes it."""
        values = {**self.cleaned_data}
        for name in ("region", "photos", "names_checked"):
            values.pop(name)
        for name in ("left", "adults"):
            values[name] = values[name] or 0
        return Watch(**values)
