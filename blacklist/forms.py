"""Input of this room's screens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from blacklist import selectors
from blacklist.models import ListEntry, ListKind, RemovalKind, ReplyOutcome

BATCH_KINDS = [(ListKind.WHITE, "白名单"), (ListKind.RED, "红名单")]


class BatchForm(forms.Form):
    """Opening or changing a batch."""

    list_kind = forms.ChoiceField(label="名单", choices=BATCH_KINDS, initial=ListKind.WHITE)
    title = forms.CharField(label="标题", max_length=100, help_text="如：2026 年校外培训机构白名单（下半年）")
    basis = forms.CharField(label="依据", max_length=300, help_text="写明文件名称和文号，公告中照此引用。")
    note = forms.CharField(
        label="说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class BatchEditForm(BatchForm):
    """Changing a batch; its list stays."""

    list_kind = None  # type: ignore[assignment]


class BlackEntryForm(forms.Form):
    """Everything that a black entry must state before the institution is told."""

    ground_codes = forms.MultipleChoiceField(
        label="违法违规类型",
        required=False,
    )
    ground_text = forms.CharField(
        label="列入事由",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="公开显示。写清何时何地做了什么，不写学生、家长、举报人和员工姓名。",
    )
    basis = forms.CharField(
        label="依据", required=False, max_length=300, help_text="法律、规章条款或文件名称和文号。"
    )
    decision_no = forms.CharField(
        label="处理决定文号",
        required=False,
        max_length=80,
        help_text="行政处罚决定、取缔通知等的文号，没有可不填。",
    )
    planned_end_on = forms.DateField(
        label="公布截止日", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    earliest_exit_on = forms.DateField(
        label="最早可移出日",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="整改到位的，从这一天起可以提前移出。",
    )
    way_out = forms.CharField(
        label="移出条件",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="机构做到什么可以移出，须具体、可核查。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["ground_codes"]
        field.choices = selectors.violation_choices()

    def ground_groups(self) -> list[dict[str, Any]]:
        """Violation types by group, with what is chosen; groups with a choice stand open."""
        chosen = set(self["ground_codes"].value() or [])
        field: Any = self.fields["ground_codes"]
        groups = []
        for name, options in field.choices:
            items = [{"code": code, "name": label, "is_chosen": code in chosen} for code, label in options]
            count = sum(item["is_chosen"] for item in items)
            groups.append({"name": name, "items_": items, "chosen": count, "is_open": bool(count)})
        return groups

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        end, first = data.get("planned_end_on"), data.get("earliest_exit_on")
        if end and end <= timezone.localdate():
            self.add_error("planned_end_on", "公布截止日须晚于今天。")
        if end and first and first > end:
            self.add_error("earliest_exit_on", "最早可移出日不能晚于公布截止日。")
        return data


class BlackEntryCreateForm(BlackEntryForm):
    """A new black entry with its first evidence."""

    evidence = forms.FileField(
        label="证据材料", required=False, help_text="检查笔录、照片、处理决定等，其余材料可在保存后补充。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["planned_end_on"].initial = today + timedelta(days=365)
        self.fields["earliest_exit_on"].initial = today + timedelta(days=90)


class EvidenceForm(forms.Form):
    """One more file."""

    file = forms.FileField(label="文件")
    caption = forms.CharField(label="说明", max_length=120)


class ReplyForm(forms.Form):
    """The institution's statement."""

    text = forms.CharField(
        label="陈述申辩内容",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写明事实和理由。",
    )
    file = forms.FileField(label="附件", required=False, help_text="图片、PDF 或文档，可不传。")


class ReviewForm(forms.Form):
    """The review of the statement."""

    outcome = forms.ChoiceField(label="复核结论", choices=ReplyOutcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="复核意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, entry: ListEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_reply = entry.replied_at is not None
        field: Any = self.fields["outcome"]
        field.choices = [
            (code, label)
            for code, label in ReplyOutcome.choices
            if (code != ReplyOutcome.NONE_GIVEN) == has_reply
        ]
        if not has_reply:
            field.initial = ReplyOutcome.NONE_GIVEN


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class RemovalForm(ReasonForm):
    """Taking an institution off a list."""

    kind = forms.ChoiceField(label="移出类型")
    field_order = ["kind", "reason"]

    def __init__(self, *args: Any, entry: ListEntry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [RemovalKind.LICENCE_ENDED, RemovalKind.VIOLATION, RemovalKind.MISTAKE]
        if entry.kind == ListKind.BLACK:
            kinds = [RemovalKind.CORRECTED, RemovalKind.MISTAKE]
        field: Any = self.fields["kind"]
        field.choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["reason"].help_text = "公开显示，不写个人姓名。"
