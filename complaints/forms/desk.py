"""Forms of the desk of clues."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, FilesField, MomentField, PersonField, area
from complaints.models import Channel, Clue, ClueKind, ClueStatus, Outcome, RoutingRule, VerifyWay
from complaints.selectors import desk
from complaints.services import ClueReport, organ_suggested
from complaints.wall import Contact
from institutions.models import Track
from measures.selectors import towns

BY_HAND = (
    Channel.PHONE, Channel.DEPARTMENT, Channel.MEDIA, Channel.GRID, Channel.SCHOOL, Channel.MONITOR,
    Channel.HOTLINE, Channel.MAIL, Channel.DESK, Channel.ADVICE, Channel.OTHER,
)  # fmt: skip
SEALED = "密封保存，只用于回复，办理人员看不到。"
LOOK_WAYS = [row for row in VerifyWay.choices if row[0] != VerifyWay.INSPECTION]


class PlaceField(forms.ModelChoiceField[Any]):
    """One institution with its township."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.region.name}）"


class ClueField(forms.ModelChoiceField[Any]):
    """One clue with its place and first words."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number}（{obj.place_text or obj.region.name}）{obj.text[:20]}"


class RegisterForm(forms.Form):
    """A clue that came by telephone, letter, from another body, the media or the desk."""

    channel = forms.ChoiceField(label="来源渠道", choices=[(code, Channel(code).label) for code in BY_HAND])
    kind = forms.ChoiceField(label="反映事项", choices=ClueKind.choices)
    text = forms.CharField(
        label="反映内容",
        max_length=4000,
        widget=area(6),
        help_text="按原话记录。电话、身份证号等个人信息登记时自动隐去，原文密封。",
    )
    region: Any = forms.ModelChoiceField(
        label="乡镇（街道）", queryset=None, required=False, empty_label="不清楚"
    )
    place_text = forms.CharField(label="地点", max_length=200, required=False)
    institution = PlaceField(label="涉及机构", queryset=None, required=False, empty_label="不清楚或未登记")
    subject_name = forms.CharField(label="被反映的机构或个人", max_length=100, required=False)
    party_contact = forms.CharField(
        label="对方的联系方式", max_length=100, required=False, help_text="招生广告上的电话等，不是反映人的。"
    )
    happened_at = MomentField(label="发生时间", required=False)
    happened_note = forms.CharField(
        label="时间规律", max_length=100, required=False, help_text="例如：每周六上午。"
    )
    external_no = forms.CharField(label="对方工单或文号", max_length=80, required=False)
    external_due_on = DayField(label="对方要求的办结日", required=False)
    name = forms.CharField(label="反映人姓名", max_length=40, required=False, help_text=SEALED)
    phone = forms.CharField(label="反映人电话", max_length=30, required=False, help_text=SEALED)
    address = forms.CharField(label="反映人其他联系方式", max_length=100, required=False, help_text=SEALED)
    with_receipt = forms.BooleanField(
        label="给反映人查询码",
        required=False,
        help_text="登记后显示一次，请当场告知反映人，用来查进度和补充情况。",
    )
    photos = FilesField(label="照片和材料")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, region=towns(actor), institution=desk.places(actor))

    def report(self) -> ClueReport:
        """What came in, for the service."""
        names = (
            "channel", "kind", "text", "region", "place_text", "institution", "subject_name", "party_contact",
            "happened_at", "happened_note", "external_no", "external_due_on",
        )  # fmt: skip
        return ClueReport(**{name: self.cleaned_data[name] for name in names})

    def contact(self) -> Contact | None:
        """What goes behind the wall."""
        given = Contact(**{name: self.cleaned_data[name] for name in ("name", "phone", "address")})
        return given if given.is_given else None


class StepForm(forms.Form):
    """Base of the forms of steps."""

    def __init__(self, *args: Any, actor: User, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.row = actor, row
        self.prepare()

    def prepare(self) -> None:
        """Choices and first values that depend on the row."""


class ReasonForm(StepForm):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=300, widget=area())


class NoteForm(StepForm):
    """What was seen."""

    note = forms.CharField(label="怎样确认的", max_length=300, widget=area())


class AssignForm(StepForm):
    """To whom."""

    organ: Any = forms.ModelChoiceField(label="承办单位", queryset=None)
    assignee = PersonField(label="承办人", queryset=None, required=False, empty_label="由承办单位自行安排")
    is_complex = forms.BooleanField(label="复杂线索，按较长期限办理", required=False)

    def prepare(self) -> None:
        give_rows(self, organ=desk.organs(self.actor), assignee=desk.people_of(self.actor))
        suggested = organ_suggested(self.row)
        now = self.row.assigned_organ_id or (suggested.pk if suggested else None)
        self.initial.setdefault("organ", now)
        self.initial.setdefault("assignee", self.row.assignee_id)
        if suggested:
            self.fields["organ"].help_text = f"按分派规则，建议由{suggested.short_name}承办。"


class ReassignForm(AssignForm):
    """To whom, and why."""

    reason = forms.CharField(label="理由", max_length=250, widget=area())

    def prepare(self) -> None:
        super().prepare()
        if self.row.status != ClueStatus.CLOSED:
            del self.fields["is_complex"]


class VerifyForm(StepForm):
    """A look."""

    way = forms.ChoiceField(label="核查方式", choices=LOOK_WAYS)
    looked_at = MomentField(label="核查时间", initial=timezone.localtime)
    looked_by = forms.CharField(label="核查人", max_length=100)
    facts = forms.CharField(label="核查情况", max_length=4000, widget=area(5))
    suggestion = forms.ChoiceField(
        label="初步结论", required=False, choices=[("", "暂不下结论"), *Outcome.choices]
    )
    photos = FilesField(label="照片和材料")

    def prepare(self) -> None:
        self.initial.setdefault("looked_by", self.actor.name)


class AskForm(StepForm):
    """What others are to look at."""

    asked = forms.CharField(
        label="请核查的事项", max_length=500, widget=area(), help_text="对方只看到隐去个人信息的摘要。"
    )
    due_on = DayField(label="核查期限")

    def prepare(self) -> None:
        self.initial.setdefault("due_on", timezone.localdate() + timedelta(days=3))


class VisitForm(StepForm):
    """Which place officers are to inspect."""

    institution = PlaceField(
        label="检查对象", queryset=None, help_text="没有登记的无证场所，请先返回点“登记无证场所”。"
    )

    def prepare(self) -> None:
        give_rows(self, institution=desk.places(self.actor))
        self.initial.setdefault("institution", self.row.institution_id)


class PlaceForm(StepForm):
    """An unlicensed place, with what the clue says filled in."""

    name = forms.CharField(
        label="名称", max_length=100, help_text="没有招牌的，写地点加特征，例如“高唐街道3栋2单元补习点”。"
    )
    region: Any = forms.ModelChoiceField(label="乡镇（街道）", queryset=None)
    address = forms.CharField(label="地址", max_length=200)
    track = forms.ChoiceField(label="培训类别", choices=Track.choices)
    phone = forms.CharField(label="对外电话", max_length=30, required=False)

    def prepare(self) -> None:
        row = self.row
        give_rows(self, region=towns(self.actor))
        self.initial = {
            "name": row.subject_name or (f"{row.place_text}无证培训点" if row.place_text else ""),
            "region": row.region_id,
            "address": row.place_text,
            "phone": row.party_contact[:30],
            **self.initial,
        }


class EditForm(StepForm):
    """Matter, violation, place, institution."""

    kind = forms.ChoiceField(label="反映事项", choices=ClueKind.choices)
    violation: Any = forms.ModelChoiceField(
        label="问题类型", queryset=None, required=False, empty_label="未确定"
    )
    region: Any = forms.ModelChoiceField(label="乡镇（街道）", queryset=None, required=False)
    place_text = forms.CharField(label="地点", max_length=200, required=False)
    institution = PlaceField(label="涉及机构", queryset=None, required=False, empty_label="未确定")

    def prepare(self) -> None:
        give_rows(
            self,
            violation=desk.violations(),
            region=towns(self.actor),
            institution=desk.places(self.actor),
        )
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.row, f"{name}_id", None) or getattr(self.row, name))


class CloseForm(StepForm):
    """The end."""

    outcome = forms.ChoiceField(
        label="办理结果", choices=[("", "请选择"), *Outcome.choices], help_text="五种结果分开统计。"
    )
    outcome_note = forms.CharField(
        label="办理情况", max_length=4000, widget=area(5), help_text="内部记录：查了什么、怎样处理。"
    )
    public_answer = forms.CharField(
        label="给反映人的答复",
        max_length=1000,
        widget=area(4),
        help_text="反映人凭查询码看到。不要写其他人的信息。",
    )

    def prepare(self) -> None:
        last = self.row.verifications.filter(status="DONE").order_by("-pk").first()
        if last is not None:
            self.initial.setdefault("outcome", last.suggestion)
            self.initial.setdefault("outcome_note", last.facts)


class PauseForm(StepForm):
    """Until when the clock stands still, and why."""

    until = DayField(label="最迟恢复日")
    reason = forms.CharField(label="中止理由", max_length=300, widget=area())


class ExtendForm(StepForm):
    """A later day, and why."""

    due_on = DayField(label="延长至")
    reason = forms.CharField(label="延长理由", max_length=200, widget=area())


class MergeForm(StepForm):
    """Which clue speaks for this one."""

    into = ClueField(label="并入线索", queryset=None)
    reason = forms.CharField(label="理由", max_length=300, initial="反映同一事项")

    def prepare(self) -> None:
        give_rows(self, into=desk.mergeable(self.actor, self.row))
        near = [row.pk for row, _ in desk.earlier_clues(self.actor, self.row) if row.is_open]
        field = self.fields["into"]
        if near:
            self.initial.setdefault("into", near[0])
            field.help_text = f"找到 {len(near)} 条同一机构、地点或电话的在办线索，已预选第一条。"


class MessageForm(StepForm):
    """Words to the reporter."""

    text = forms.CharField(
        label="内容", max_length=2000, widget=area(4), help_text="反映人凭查询码看到。不要写其他人的信息。"
    )


class CaseForm(StepForm):
    """When the violation was found."""

    found_on = DayField(label="发现日期", initial=timezone.localdate)


class RuleForm(forms.ModelForm):
    """A routing rule."""

    class Meta:
        model = RoutingRule
        fields = ("kind", "region", "organ", "note", "is_active")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert actor.bureau is not None
        area_of = type(actor.bureau.region).objects.filter(pk=actor.bureau.region_id)
        give_rows(self, region=area_of | towns(actor), organ=desk.organs(actor))
        self.fields["region"].initial = actor.bureau.region_id
        self.fields["kind"].required = False
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", "全部事项"), *ClueKind.choices]

    def _post_clean(self) -> None:
        """The service validates the row."""


class BulkForm(forms.Form):
    """Which reports of the first look, and why they are not taken up."""

    uids = forms.TypedMultipleChoiceField(required=False)
    reason = forms.CharField(label="理由", max_length=300)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.uid): row for row in desk.triage_rows(actor)[:200]}
        field = self.fields["uids"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(uid, uid) for uid in self.rows]

    def chosen(self) -> list[Clue]:
        """The reports."""
        return [self.rows[uid] for uid in self.cleaned_data["uids"]]


class SpanForm(forms.Form):
    """The period of the statistics."""

    since = DayField(label="收到日期自", required=False)
    until = DayField(label="至", required=False)

    def clean(self) -> dict[str, Any]:
        """From not after to."""
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            raise forms.ValidationError("开始日期不能晚于结束日期。")
        return found
