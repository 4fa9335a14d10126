"""Forms of patrols: on the phone, and tasks at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, FilesField, FilesInput, MomentField, area
from casework.web.nameless import NamelessForm
from fieldwork.models import ChecklistItem, ChecklistVersion
from fieldwork.selectors import aspects_of, items_of
from institutions.models import Institution
from institutions.selectors import institutions_visible
from monitors.models import (
    Cover,
    Licence,
    Monitor,
    PatrolTask,
    Seen,
    Slot,
    SpotKind,
    Squad,
    Stage,
)
from monitors.selectors import patrols as selectors
from monitors.services import Sight

PHOTOS_MAX = 9
NOTE_MAX = 300


class PeopleField(forms.ModelMultipleChoiceField[Monitor]):
    """Monitors with their squad."""

    def label_from_instance(self, obj: Monitor) -> str:
        return f"{obj.name}（{obj.squad.name}）" if obj.squad else obj.name


class TaskField(forms.ModelChoiceField[PatrolTask]):
    """A task with its last day."""

    def label_from_instance(self, obj: PatrolTask) -> str:
        return f"{obj.title}（{obj.ends_on:%m-%d} 前）"


class StartForm(forms.Form):
    """With whom, and on which task."""

    people = PeopleField(
        label="同行监督员",
        queryset=Monitor.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="至少选一名，一个人不能巡查。",
        error_messages={"required": "请至少选一名同行的监督员，一个人不能巡查。"},
    )
    task = TaskField(label="任务", queryset=PatrolTask.objects.none(), required=False, empty_label="自由巡查")
    note = forms.CharField(label="说明", max_length=500, required=False, widget=area(2))

    def __init__(self, *args: Any, monitor: Monitor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        tasks = PatrolTask.objects.filter(pk__in=[task.pk for task in selectors.tasks_of(monitor, today)])
        give_rows(self, people=selectors.companions(monitor, today), task=tasks)


@dataclass(frozen=True)
class Line:
    """One item on the form with its two fields."""

    item: ChecklistItem
    answer: Any
    note: Any


class SightForm(NamelessForm):
    """What was seen at one place: facts first, then the items of the checklist by aspect."""

    nameless = ("place", "summary")
    seen_name = forms.CharField(
        label="看到的名称", max_length=100, help_text="招牌、门牌上的名称；没有招牌的写“无招牌”。"
    )
    place = forms.CharField(label="地点", max_length=200, help_text="写到楼栋、楼层、房号。")
    arrived_at = MomentField(
        label="到达时间", required=False, help_text="补记前面到过的一家时改成实际到达的时间；不填为现在。"
    )
    spot_kind = forms.ChoiceField(label="场所类型", choices=SpotKind.choices)
    cover = forms.ChoiceField(label="以什么名义", choices=Cover.choices)
    licence = forms.ChoiceField(label="办学许可证等证照", choices=Licence.choices, initial=Licence.UNSEEN)
    activity = forms.ChoiceField(label="看到的活动", choices=Seen.choices, initial=Seen.UNKNOWN)
    subject = forms.CharField(label="科目", max_length=60, required=False)
    pupils = forms.IntegerField(label="学生（约，人）", min_value=0, max_value=2000, initial=0)
    stage = forms.ChoiceField(label="学段", choices=Stage.choices, required=False)
    teachers = forms.IntegerField(label="教师（约，人）", min_value=0, max_value=500, initial=0)
    summary = forms.CharField(
        label="情况摘要", max_length=500, required=False, widget=area(3), help_text="不写学生姓名。"
    )
    is_told = forms.BooleanField(
        label="已把看到的情况告诉对方", required=False, help_text="只是告知，不提要求、不让对方签字。"
    )
    photos = FilesField(
        label="照片",
        most=PHOTOS_MAX,
        widget=FilesInput(attrs={"multiple": True, "accept": "image/*"}),
        help_text=f"最多 {PHOTOS_MAX} 张，尽量不拍学生正脸。",
    )

    def __init__(
        self, *args: Any, version: ChecklistVersion, institution: Institution | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.version, self.institution, self.items = version, institution, items_of(version)
        if institution is not None:
            del self.fields["seen_name"]
            self.fields["place"].initial = institution.address
        unseen = version.answer_values[-1]
        for item in self.items:
            self.fields[f"a_{item.code}"] = forms.ChoiceField(
                label=f"{item.code} {item.text}",
                choices=list(version.answer_labels.items()),
                widget=forms.RadioSelect,
                initial=unseen,
            )
            self.fields[f"n_{item.code}"] = forms.CharField(
                label=f"{item.code} 看到的情况", max_length=NOTE_MAX, required=False
            )

    def texts(self) -> tuple[str, ...]:
        """The words at the items too."""
        return (*self.nameless, *(f"n_{item.code}" for item in self.items))

    def facts(self) -> Iterator[Any]:
        """The fields above the checklist."""
        for bound in self.visible_fields():
            if not bound.name.startswith(("a_", "n_")):
                yield bound

    def aspects(self) -> list[dict[str, Any]]:
        """Items with their fields, by aspect; an aspect with an error or an answer is shown open."""
        found = []
        for aspect in aspects_of(self.items):
            lines = [Line(item, self[f"a_{item.code}"], self[f"n_{item.code}"]) for item in aspect.items]
            is_bad = any(line.answer.errors or line.note.errors for line in lines)
            found.append({"code": aspect.code, "name": aspect.name, "lines": lines, "is_open": is_bad})
        return found

    def clean(self) -> dict[str, Any]:
        """Words at every problem."""
        values: dict[str, Any] = super().clean() or {}
        for item in self.items:
            is_problem = values.get(f"a_{item.code}") == self.version.failing_answer
            if is_problem and not (values.get(f"n_{item.code}") or "").strip():
                self.add_error(f"n_{item.code}", "请写明看到的情况。")
        return values

    def sight(self) -> Sight:
        """What was filled in."""
        values = self.cleaned_data
        arrived, now = values["arrived_at"], timezone.now()
        if arrived is not None and arrived == now.replace(second=0, microsecond=0):
            arrived = None
        plain = (
            "place", "spot_kind", "cover", "licence", "activity", "subject", "pupils", "stage", "teachers",
            "summary", "is_told",
        )  # fmt: skip
        return Sight(
            answers={item.code: values[f"a_{item.code}"] for item in self.items},
            notes={item.code: values[f"n_{item.code}"] for item in self.items if values[f"n_{item.code}"]},
            institution=self.institution,
            seen_name=values.get("seen_name", ""),
            arrived_at=arrived,
            **{name: values[name] for name in plain},
        )


class EndForm(forms.Form):
    """When the patrol ended."""

    ended_at = MomentField(label="结束时间")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_at"].initial = timezone.localtime().replace(second=0, microsecond=0)

    def clean_ended_at(self) -> datetime:
        """The control knows minutes only: this minute means now."""
        given: datetime = self.cleaned_data["ended_at"]
        now = timezone.now()
        return now if given == now.replace(second=0, microsecond=0) else given


class HourField(forms.TimeField):
    """A time of day in the browser's own control."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class TaskForm(forms.Form):
    """A task for a squad."""

    title = forms.CharField(label="任务名称", max_length=100)
    squad = forms.ModelChoiceField(label="巡查小分队", queryset=Squad.objects.none())
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="截止日期")
    slot = forms.ChoiceField(
        label="时段", choices=Slot.choices, help_text="班内是工作日白天，班外是晚上、周末和节假日。"
    )
    from_time = HourField(label="每天从", required=False)
    until_time = HourField(
        label="到",
        required=False,
        help_text="例如开学时校门口 16:30 到 18:00；学校周边的须填，其他不限的不填。",
    )
    places = forms.ModelMultipleChoiceField(
        label="指定机构",
        queryset=Institution.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="不指定的，由小分队在片区内安排。",
    )
    note = forms.CharField(label="要求", max_length=500, required=False, widget=area(3))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            squad=Squad.objects.visible_to(actor).filter(is_active=True, bureau=actor.bureau_id),
            places=institutions_visible(actor).operating(),
        )
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """Days in order."""
        values: dict[str, Any] = super().clean() or {}
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "截止日期不能早于开始日期。")
        begin, end = values.get("from_time"), values.get("until_time")
        if bool(begin) != bool(end):
            self.add_error("until_time", "每天的起止时间要么都填，要么都不填。")
        elif begin and end and end <= begin:
            self.add_error("until_time", "结束时间须晚于开始时间；跨过半夜的请选“晚上”，不填时间。")
        elif values.get("slot") == Slot.GATE and not begin and "from_time" not in self.errors:
            self.add_error("from_time", "上放学时段的学校周边，请填写每天的起止时间。")
        return values
