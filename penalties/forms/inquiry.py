"""The inquiry: facts, evidence, interviews, fees."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from casework.web import give_rows
from casework.web.fields import FilesField, MomentField, area
from penalties import services as s
from penalties.forms.fields import PeopleField
from penalties.models import (
    Case,
    EvidenceItem,
    EvidenceKind,
    HoldOutcome,
    SignState,
)

SAMPLE_PARTS = 3


class FactsForm(forms.Form):
    """Facts, one a line."""

    texts = forms.CharField(
        label="认定的事实", widget=area(8), help_text="每行一项。每项事实须有证据，才能调查终结。"
    )


class EvidenceForm(forms.ModelForm):
    """One item of evidence."""

    uploads = FilesField(label="证据文件", help_text="照片、扫描件（PDF），可多选，编入案卷。")

    class Meta:
        model = EvidenceItem
        fields = (
            "kind", "name", "proves", "facts", "source", "collected_on", "pages", "is_original", "is_monitoring",
            "monitoring_legal", "monitoring_technical",
        )  # fmt: skip
        widgets = {
            "proves": area(2),
            "facts": forms.CheckboxSelectMultiple,
            "collected_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"monitoring_legal": "由电子技术监控设备取得的，法制、技术审核意见都须填写。"}

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, facts=case.casefacts.order_by("position"))
        self.fields["kind"].choices = EvidenceKind.choices  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self) -> dict[str, Any]:
        """Plain fields."""
        return {key: value for key, value in self.cleaned_data.items() if key not in {"facts", "uploads"}}


class HoldForm(forms.Form):
    """What is to be held."""

    items = forms.CharField(label="物品及数量", widget=area(4), help_text="每行一项。")
    place = forms.CharField(label="保存地点", max_length=200)
    reason = forms.CharField(label="理由", max_length=200, initial="证据可能灭失或者以后难以取得")


class HoldSettleForm(forms.Form):
    """What was decided about it."""

    outcome = forms.ChoiceField(label="处理决定", choices=HoldOutcome.choices, widget=forms.RadioSelect)


class InterviewForm(forms.Form):
    """An interview record."""

    person_name = forms.CharField(label="被询问人", max_length=40)
    identity = forms.CharField(label="身份", max_length=120, help_text="与案件关系、单位和职务。")
    place = forms.CharField(label="询问地点", max_length=200)
    started_at = MomentField(label="开始时间")
    ended_at = MomentField(label="结束时间")
    officers = PeopleField(label="询问人", queryset=None, widget=forms.CheckboxSelectMultiple)
    recorder = forms.CharField(label="记录人", max_length=40)
    is_identified = forms.BooleanField(label="已核对身份证件", required=False)
    is_rights_told = forms.BooleanField(label="已出示执法证并告知权利义务", required=False)
    is_recusal_told = forms.BooleanField(label="已告知申请回避的权利", required=False)
    talk = forms.CharField(label="询问内容", widget=area(10), help_text="“问：”“答：”各占一行。")
    signature = forms.ChoiceField(label="签字", choices=SignState.choices, widget=forms.RadioSelect)
    refusal_note = forms.CharField(label="拒签说明和见证人", max_length=200, required=False)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = case.caseofficers.filter(removed_at__isnull=True)
        give_rows(self, officers=rows)

    def clean(self) -> dict[str, Any]:
        """Order of times, and the note that a refusal needs."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("started_at") and given.get("ended_at") and given["ended_at"] < given["started_at"]:
            self.add_error("ended_at", "结束时间不能早于开始时间。")
        if given.get("signature") == SignState.REFUSED and not given.get("refusal_note"):
            self.add_error("refusal_note", "拒绝签字的，请注明情况和见证人。")
        return given

    def details(self) -> s.InterviewDetails:
        """What the service takes."""
        given = {key: value for key, value in self.cleaned_data.items() if key not in {"officers", "talk"}}
        return s.InterviewDetails(**given, questions=_pairs(self.cleaned_data["talk"]))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    pairs: list[list[str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith(("问：", "问:")):
            pairs.append([line[2:].strip(), ""])
        elif pairs and line:
            answer = line[2:].strip() if line.startswith(("答：", "答:")) else line
            pairs[-1][1] = f"{pairs[-1][1]}{answer}"
        elif line:
            pairs.append([line, ""])
    return tuple((q, a) for q, a in pairs)


class FeesForm(forms.Form):
    """The fee table, pasted or uploaded."""

    text = forms.CharField(
        label="粘贴明细",
        widget=area(10),
        required=False,
        help_text="从 Excel 复制粘贴。每行依次为：学生、收费（元）、购买课时、已上课时、退费（元）、退费日期、备注。",
    )
    sheet = forms.FileField(label="或上传 Excel", required=False, help_text="第一张工作表，列的顺序同上。")

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("text") and not given.get("sheet"):
            raise forms.ValidationError("请粘贴明细，或上传 Excel。")
        return given


class SamplingForm(forms.Form):
    """What was taken as samples."""

    samples = forms.CharField(
        label="样品",
        widget=area(5),
        help_text="每行一项：名称，数量，批次或规格。例如“数学讲义，2 册，2026 春季版”。",
    )
    place = forms.CharField(label="抽样地点", max_length=200)
    sampled_at = MomentField(label="抽样时间")
    reason = forms.CharField(label="理由", max_length=200, initial="查明培训内容需要")
    signature = forms.ChoiceField(label="当事人签字", choices=SignState.choices[1:], widget=forms.RadioSelect)
    refusal_note = forms.CharField(label="拒签说明和见证人", max_length=200, required=False)

    def clean_samples(self) -> list[tuple[str, str, str]]:
        """Name, quantity and batch of every line."""
        found = []
        for number, line in enumerate(self.cleaned_data["samples"].splitlines(), 1):
            parts = [part.strip() for part in re.split(r"[，,\t]", line)]
            if not any(parts):
                continue
            if len(parts) < SAMPLE_PARTS or not all(parts[:SAMPLE_PARTS]):
                raise forms.ValidationError(f"第 {number} 行不完整，请写成“名称，数量，批次或规格”。")
            found.append((parts[0][:120], parts[1][:40], "，".join(parts[2:])[:80]))
        return found

    def clean(self) -> dict[str, Any]:
        """A refusal needs its note."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("signature") == SignState.REFUSED and not given.get("refusal_note"):
            self.add_error("refusal_note", "拒绝签字的，请注明情况和见证人。")
        return given

    def details(self) -> s.SamplingDetails:
        """What the service takes beside the samples."""
        return s.SamplingDetails(**{key: val for key, val in self.cleaned_data.items() if key != "samples"})
