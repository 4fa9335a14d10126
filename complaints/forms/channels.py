"""Forms of other channels' files."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.web.fields import FilesField, FilesInput
from complaints.models import CoverPattern


class MailForm(forms.Form):
    """Mail files."""

    mails = FilesField(
        label="邮件文件",
        required=True,
        widget=FilesInput(attrs={"accept": ".eml,message/rfc822", "multiple": True}),
        help_text="在邮箱里另存为 .eml，可以一次选多封（最多 20 封）。发件人密封保存。",
    )

    def clean_mails(self) -> list[Any]:
        """At most twenty."""
        files: list[Any] = self.cleaned_data["mails"]
        if len(files) > 20:
            raise forms.ValidationError("一次最多 20 封，请分几次导入。")
        return files


class TicketsForm(forms.Form):
    """A hotline sheet."""

    sheet = forms.FileField(
        label="工单表格",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text="12345 平台导出的 .xlsx 或 .csv，须有“工单编号”和“诉求内容”两列。",
    )


class PatternForm(forms.Form):
    """A cover and the evidence at hand."""

    held = forms.MultipleChoiceField(
        label="已取得的证据", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, pattern: CoverPattern, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.fields["held"]
        if isinstance(held, forms.MultipleChoiceField):
            held.choices = [(item, item) for item in pattern.evidence]
