"""Forms of pledges, violations, after-school service and campus ads."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, PlacesField, area
from casework.web.nameless import NamelessForm
from institutions.models import Institution
from schools.forms.base import school_field, schools_to_ask
from schools.models import AdCarrier, AfterSchool, Prohibition
from schools.selectors.rounds import term_of, white_listed


class PledgeForm(forms.Form):
    """Pledges of one year."""

    year = forms.IntegerField(label="年度", min_value=2015, max_value=2100)
    teacher_count = forms.IntegerField(label="在职教师（人）", min_value=1, max_value=9999)
    pledged_count = forms.IntegerField(label="已签承诺书（人）", min_value=0, max_value=9999)


class ViolationForm(NamelessForm):
    """A matter of in-service teachers."""

    nameless: ClassVar[tuple[str, ...]] = ("facts",)

    school = school_field()
    kind = forms.ChoiceField(label="违反的禁止事项", choices=Prohibition.choices)
    found_on = DayField(label="发现日期")
    teacher_count = forms.IntegerField(label="涉及在职教师（人）", min_value=0, max_value=999)
    case_no = forms.CharField(
        label="检查或案件编号",
        max_length=80,
        required=False,
        help_text="涉及谁只写在检查或案件里，这里只记编号。",
    )
    facts = forms.CharField(label="情况", max_length=500, widget=area(3), help_text="不写教师和学生姓名。")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, school=schools_to_ask(actor))


class HandleForm(forms.Form):
    """How a matter was dealt with."""

    handling = forms.CharField(label="处理情况", max_length=300, widget=area(2))
    case_no = forms.CharField(label="检查或案件编号", max_length=80, required=False)
    is_vetoed = forms.BooleanField(label="年度考核一票否决", required=False)


class DismissForm(forms.Form):
    """Nothing was found."""

    handling = forms.CharField(label="核查情况", max_length=300, widget=area(2))


class AdHandleForm(forms.Form):
    """What was done about an ad."""

    handling = forms.CharField(label="处理情况", max_length=300, widget=area(2))
    case_no = forms.CharField(label="移送或案件编号", max_length=80, required=False)


class ServiceForm(forms.Form):
    """After-school service of a term; outside institutions come from the white list."""

    term_on = forms.TypedChoiceField(label="学期")
    enrolled_count = forms.IntegerField(label="应服务学生（人）", min_value=1, max_value=99999)
    joined_count = forms.IntegerField(label="参加学生（人）", min_value=0, max_value=99999)
    course_count = forms.IntegerField(label="素质拓展课程（门）", min_value=0, max_value=200, initial=0)
    days_a_week = forms.IntegerField(label="每周天数", min_value=1, max_value=7, initial=5)
    providers = PlacesField(
        label="选用的校外机构",
        queryset=Institution.objects.none(),
        required=False,
        help_text="只列出白名单上的机构，可以选几家；没有选用的不选。",
    )

    def __init__(self, *args: Any, actor: User, last: AfterSchool | None = None, **kwargs: Any) -> None:
        if last is not None:
            names = ("enrolled_count", "joined_count", "course_count", "days_a_week")
            initial: dict[str, Any] = {name: getattr(last, name) for name in names}
            initial["providers"] = [item.institution_id for item in last.providers.all()]
            kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        term = term_of(timezone.localdate())
        before = term_of(term.replace(day=1, month=term.month - 1))
        choice = self.fields["term_on"]
        if isinstance(choice, forms.TypedChoiceField):
            choice.choices = [
                (f"{day:%Y-%m-%d}", AfterSchool(term_on=day).term_label) for day in (term, before)
            ]
            choice.coerce = type(term).fromisoformat
        give_rows(self, providers=white_listed(actor))


class AdForm(NamelessForm):
    """Ads on campus."""

    nameless: ClassVar[tuple[str, ...]] = ("note",)

    carrier = forms.ChoiceField(label="载体", choices=AdCarrier.choices)
    found_on = DayField(label="发现日期")
    item_count = forms.IntegerField(label="数量（件）", min_value=1, max_value=9999)
    removed_count = forms.IntegerField(label="已当场清除（件）", min_value=0, max_value=9999)
    advertiser = forms.CharField(label="广告主（机构名称）", max_length=100)
    note = forms.CharField(label="情况", max_length=300, required=False, widget=area(2))
