"""Forms of report rounds and returns."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from casework.web.fields import DayField, area
from casework.web.nameless import NamelessForm
from schools.models import SchoolReturn

NUMBERS = ("pupils_subject", "pupils_other", "clue_count", "teachers_involved")


class RoundForm(forms.Form):
    """A period."""

    title = forms.CharField(label="名称", max_length=60, help_text="例如“2026 年寒假前排查”。")
    starts_on = DayField(label="期间第一天")
    ends_on = DayField(label="期间最后一天")


class ReturnForm(NamelessForm):
    """What a school found in a period. With the zero box ticked, numbers left empty are zero."""

    nameless: ClassVar[tuple[str, ...]] = ("parties",)

    is_zero = forms.BooleanField(
        label="零报告：本期已逐班排查，没有发现参加违规培训的情况",
        required=False,
        help_text="没有发现也要报送。勾选后，下面四个数可以不填。",
    )
    class_count = forms.IntegerField(label="班级数（个）", min_value=0, max_value=999)
    pupils_checked = forms.IntegerField(label="排查学生数（人）", min_value=0, max_value=99999)
    pupils_subject = forms.IntegerField(
        label="参加学科类培训（人）", min_value=0, max_value=99999, required=False
    )
    pupils_other = forms.IntegerField(
        label="参加非学科类培训（人）", min_value=0, max_value=99999, required=False
    )
    clue_count = forms.IntegerField(label="疑似违规线索（件）", min_value=0, max_value=9999, required=False)
    teachers_involved = forms.IntegerField(
        label="涉及在职教师（人）", min_value=0, max_value=9999, required=False
    )
    parties = forms.CharField(
        label="机构或个人名称、地址",
        max_length=1000,
        required=False,
        widget=area(3),
        help_text="有线索的必填，一行一家。不写学生姓名。",
    )
    filler = forms.CharField(label="填报人", max_length=40)
    is_confirmed = forms.BooleanField(label="校长已审核")

    def __init__(
        self, *args: Any, row: SchoolReturn, last: SchoolReturn | None = None, **kwargs: Any
    ) -> None:
        names = ["class_count", "pupils_checked"]
        if row.submitted_at:
            names += [*NUMBERS, "parties", "filler", "is_zero"]
        initial = {name: getattr(row, name) for name in names}
        if last is not None and not row.submitted_at:
            initial |= {
                "class_count": last.class_count,
                "pupils_checked": last.pupils_checked,
                "filler": last.filler,
            }
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Empty numbers are zero only in a zero report."""
        values = super().clean()
        for name in NUMBERS:
            if values.get(name) is None and name not in self.errors:
                if not values.get("is_zero"):
                    self.add_error(name, "请填写，没有的填 0；全部没有的勾选零报告。")
                values[name] = 0
        return values


class LetterForm(forms.Form):
    """A version of the letter."""

    title = forms.CharField(label="标题", max_length=60, initial="致全县中小学生家长的一封信")
    body = forms.CharField(
        label="正文", max_length=3000, widget=area(12), help_text="一段一行。查询网址、举报电话自动加在文末。"
    )
    due_on = DayField(label="学校登记发放情况的期限")


class ReceiptForm(forms.Form):
    """Letters handed out and back."""

    handed_on = DayField(label="发放日期")
    sent_count = forms.IntegerField(label="发放（份）", min_value=1, max_value=99999)
    receipt_count = forms.IntegerField(label="收回回执（份）", min_value=0, max_value=99999)
