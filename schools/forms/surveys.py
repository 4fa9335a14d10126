"""Forms of surveys and of the school's own activities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from casework.models import ActivityAudience, ActivityKind, ActivityWay
from casework.web.fields import DayField, FilesField, area
from casework.web.nameless import NamelessForm
from schools.models import Survey, SurveyKind

K = ActivityKind
OWN_KINDS = (
    K.PARENTS,
    K.HOME_VISIT,
    K.COUNSELLING,
    K.STUDY,
    K.TRAINING,
    K.FORUM,
    K.PUBLICITY,
    K.LAW_TALK,
    K.LETTER,
)
OWN_AUDIENCES = (ActivityAudience.PARENTS, ActivityAudience.SCHOOLS, ActivityAudience.PUBLIC)


class SurveyForm(NamelessForm):
    """A question and its options."""

    nameless = ("title", "question", "options")
    kind = forms.ChoiceField(label="类别", choices=SurveyKind.choices)
    title = forms.CharField(label="名称", max_length=80)
    question = forms.CharField(label="问题", max_length=200)
    options = forms.CharField(
        label="选项", widget=area(5), help_text="一行一个，2 至 8 个。学校只填每个选项的人数，不填姓名。"
    )
    due_on = DayField(label="填报期限")

    def clean_options(self) -> list[str]:
        """Lines."""
        return [line.strip() for line in self.cleaned_data["options"].splitlines() if line.strip()]


class AnswerForm(forms.Form):
    """Counts of a school, one for each option."""

    def __init__(self, *args: Any, survey: Survey, counts: list[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = [f"o{place}" for place in range(len(survey.options))]
        for place, (name, option) in enumerate(zip(self.names, survey.options, strict=True)):
            self.fields[name] = forms.IntegerField(
                label=f"{option}（人）",
                min_value=0,
                max_value=100_000,
                initial=counts[place] if counts else 0,
            )

    def counts(self) -> list[int]:
        """In the order of the options."""
        return [self.cleaned_data[name] for name in self.names]


class ActivityForm(NamelessForm):
    """An activity of a school, in counts."""

    nameless = ("title", "summary")
    kind = forms.ChoiceField(label="类别", choices=[(kind.value, kind.label) for kind in OWN_KINDS])
    audience = forms.ChoiceField(
        label="对象", choices=[(audience.value, audience.label) for audience in OWN_AUDIENCES]
    )
    way = forms.ChoiceField(label="方式", choices=ActivityWay.choices)
    title = forms.CharField(label="名称", max_length=120)
    held_on = DayField(label="日期")
    session_count = forms.IntegerField(
        label="场次", min_value=1, max_value=1000, initial=1, help_text="分班开的家长会填班数，家访填户数。"
    )
    head_count = forms.IntegerField(label="参加人次", min_value=0, max_value=1_000_000, required=False)
    copy_count = forms.IntegerField(label="发放份数", min_value=0, max_value=1_000_000, required=False)
    reach_count = forms.IntegerField(
        label="阅读、覆盖人次", min_value=0, max_value=10_000_000, required=False
    )
    summary = forms.CharField(
        label="内容", max_length=1000, required=False, widget=area(3), help_text="不写学生、家长姓名。"
    )
    papers = FilesField(label="材料", help_text="通知、签到表（隐去姓名）、照片。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].initial = timezone.localdate()
