"""Forms of work-tip letters."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, FilesField, FilesInput, MomentField, area
from casework.web.nameless import NamelessForm
from schools.forms.base import school_field, schools_to_ask
from schools.models import TipAnswer, WorkTip

DEMANDS = (
    "核实学生参加校外培训的情况，由学校留存名单，不上报姓名。\n"
    "由班主任、分管领导、校长分级约谈，劝导学生停止参加违规培训。\n"
    "与家长沟通，发放致家长一封信，告知合规机构查询方式和举报电话。\n"
    "核查有无在职教师组织、参与有偿补课。"
)
TEXT = ("pupil_count", "found_on", "situation", "requirements", "contact", "source_note")


class TipForm(forms.Form):
    """A letter."""

    school = school_field()
    pupil_count = forms.IntegerField(label="本校学生数", min_value=1, max_value=9999)
    found_on = DayField(label="发现日期")
    source_note = forms.CharField(
        label="来源", max_length=100, help_text="例如“高唐街道移送，2026年11月20日”。"
    )
    situation = forms.CharField(
        label="情况",
        max_length=500,
        widget=area(3),
        help_text="在哪里、什么培训、什么时间。不写学生姓名，也不写反映人。",
    )
    requirements = forms.CharField(
        label="工作要求", max_length=800, widget=area(6), initial=DEMANDS, help_text="一行一条。"
    )
    contact = forms.CharField(label="联系人和电话", max_length=100)

    def __init__(
        self, *args: Any, actor: User, has_source: bool, tip: WorkTip | None = None, **kwargs: Any
    ) -> None:
        if tip is not None:
            kwargs.setdefault("initial", {name: getattr(tip, name) for name in TEXT})
        super().__init__(*args, **kwargs)
        if has_source:
            del self.fields["source_note"]
        if tip is not None:
            del self.fields["school"]
        else:
            give_rows(self, school=schools_to_ask(actor))


class ServeForm(forms.Form):
    """Handed over on paper."""

    way = forms.CharField(
        label="送达方式和签收人职务", max_length=60, help_text="例如“直接送达，德育处主任签收”。"
    )
    received_at = MomentField(label="送达时间")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"].initial = timezone.localtime()


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=200, widget=area(2))


class NoteForm(forms.Form):
    """What the school or the leader is told."""

    note = forms.CharField(label="说明", max_length=200, widget=area(2))


class CloseForm(forms.Form):
    """The desk's opinion of an answer."""

    result = forms.CharField(
        label="审核意见", max_length=300, widget=area(2), help_text="例如“措施到位，学生已停止参加”。"
    )


class AnswerForm(NamelessForm):
    """What the school answers."""

    nameless: ClassVar[tuple[str, ...]] = ("findings", "measures")

    pupils_confirmed = forms.IntegerField(label="核实的本校学生数（人）", min_value=0, max_value=9999)
    pupils_left = forms.IntegerField(label="其中已停止参加违规培训（人）", min_value=0, max_value=9999)
    parents_told = forms.IntegerField(label="沟通家长（人次）", min_value=0, max_value=99999)
    findings = forms.CharField(
        label="核查情况", max_length=1000, widget=area(3), help_text="只写人数或学校自编的代码，不写姓名。"
    )
    measures = forms.CharField(label="采取的措施", max_length=1000, widget=area(4))
    papers = FilesField(
        label="材料（可选）",
        widget=FilesInput(attrs={"multiple": True, "accept": "image/jpeg,image/png,application/pdf"}),
        help_text="照片或 PDF，请先遮盖学生姓名。",
    )

    def __init__(self, *args: Any, tip: WorkTip, last: TipAnswer | None = None, **kwargs: Any) -> None:
        names = ("pupils_confirmed", "pupils_left", "parents_told", "findings", "measures")
        if last is not None:
            kwargs.setdefault("initial", {name: getattr(last, name) for name in names})
        else:
            kwargs.setdefault("initial", {"pupils_confirmed": tip.pupil_count})
        super().__init__(*args, **kwargs)
