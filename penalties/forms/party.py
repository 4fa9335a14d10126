"""What the party fills in itself."""

from __future__ import annotations

from django import forms

from casework.web.fields import FilesField, area


class StatementHandInForm(forms.Form):
    """A statement with its files."""

    text = forms.CharField(
        label="陈述申辩意见",
        widget=area(8),
        max_length=5000,
        help_text="写明对事实、理由、依据或者拟处罚内容的意见。",
    )
    uploads = FilesField(label="证明材料", help_text="照片或 PDF，可多选，最多 20 个。")


class HearingAskForm(forms.Form):
    """The application for a hearing."""

    is_sure = forms.BooleanField(
        label="我单位要求举行听证",
        error_messages={"required": "请勾选确认。"},
        help_text="举行的时间、地点提前七个工作日通知；无正当理由不出席的，视为放弃。",
    )
