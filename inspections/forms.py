"""Forms of this room; choices come from selectors, nothing is saved here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Organisation, User
from casework.deadlines import TermUnit
from casework.web import give_rows
from casework.web.fields import DayField, FilesField, MomentField, area, place_picker
from inspections import selectors
from inspections.models import (
    Deployment,
    FindingMode,
    MemberRole,
    PhotoPhase,
    PremisesState,
    RecheckConclusion,
    RecheckMethod,
    RecheckResult,
    RectificationNotice,
    RecusalOrigin,
    ServiceMethod,
    Severity,
    SignatureState,
    Visit,
)


class PersonChoice(forms.ModelChoiceField):
    """People with their organisation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）" if obj.organisation else obj.name


class PeopleChoice(forms.ModelMultipleChoiceField):
    """Several people."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PlaceChoice(forms.ModelMultipleChoiceField):
    """Institutions with what matters for a visit."""

    def label_from_instance(self, obj: Any) -> str:
        state = "" if obj.operating_state == "OPERATING" else f"，{obj.get_operating_state_display()}"
        return f"{obj.name}（{obj.region.name}，{obj.get_standing_display()}{state}）"


class DeploymentForm(forms.ModelForm):
    """An outing's plan."""

    starts_at = MomentField(label="计划开始")
    ends_at = MomentField(label="计划结束")

    class Meta:
        model = Deployment
        fields = (
            "name",
            "kind",
            "lead_organ",
            "campaign",
            "task_source",
            "basis",
            "item",
            "checklist_version",
            "starts_at",
            "ends_at",
        )
        widgets = {"item": area()}

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        give_rows(
            self,
            lead_organ=selectors.organ_choices(actor),
            campaign=selectors.campaign_choices(actor, today),
            checklist_version=selectors.checklist_choices(actor, today),
        )
        self.fields["campaign"].help_text = "不属于专项行动的可以不选。"
        self.fields["basis"].help_text = "文件名称和文号，写入检查通知书。"
        self.fields["item"].help_text = "检查通知书中的事项清单，超出事项的不得检查。"
        if not self.initial.get("lead_organ") and actor.organisation_id:
            self.initial["lead_organ"] = actor.organisation_id


class DeploymentCreateForm(DeploymentForm):
    """A new plan with its places."""

    institutions = PlaceChoice(
        label="检查对象",
        queryset=None,
        required=False,
        help_text="可多选，包括已注销、无证的场所；也可以保存后再添加。",
        widget=place_picker(),
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        places = selectors.institution_choices(actor)
        give_rows(self, institutions=places)


class StopsForm(forms.Form):
    """More places for a draft."""

    institutions = PlaceChoice(label="检查对象", queryset=None, widget=place_picker(), help_text="可多选。")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, institutions=selectors.institution_choices(actor))


class MemberForm(forms.Form):
    """One person for the team."""

    role = forms.ChoiceField(
        label="身份", choices=MemberRole.choices, widget=forms.RadioSelect, initial="OFFICER"
    )
    user = PersonChoice(
        label="人员", queryset=None, required=False, help_text="执法人员须选择，系统核验当日执法证。"
    )
    person_name = forms.CharField(label="没有账号的人员姓名", max_length=40, required=False)
    organisation: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="没有账号的人员单位", queryset=None, required=False, help_text="选择了人员的，按其单位登记。"
    )
    is_counted = forms.BooleanField(label="计入出动人次", required=False, initial=True)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            user=selectors.colleague_choices(actor),
            organisation=selectors.authority_choices(actor),
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        user = data.get("user")
        if user is None and not (data.get("person_name") and data.get("organisation")):
            self.add_error("user", "请选择人员，或者填写姓名和单位。")
        if user is not None:
            data["organisation"] = user.organisation
        return data


class ReasonForm(forms.Form):
    """A step that needs words."""

    reason = forms.CharField(label="理由", max_length=300, widget=area())

    def __init__(self, *args: Any, label: str = "理由", required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label
        self.fields["reason"].required = required


class RecusalForm(forms.Form):
    """A ground for 回避."""

    origin = forms.ChoiceField(label="提出方", choices=RecusalOrigin.choices, widget=forms.RadioSelect)
    ground = forms.CharField(label="回避事由", max_length=300, widget=area())


class DecisionForm(forms.Form):
    """Yes or no, with the reason."""

    is_granted = forms.TypedChoiceField(
        label="决定",
        choices=[("1", "同意"), ("0", "不同意")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="决定理由", max_length=300, widget=area())


class ExtensionDecisionForm(DecisionForm):
    """A decision about more time."""

    until = DayField(label="延期至", required=False, help_text="不填则按申请的日期。")


class VisitStartForm(forms.Form):
    """Entering a place."""

    place_note = forms.CharField(
        label="实际地点", max_length=200, required=False, help_text="与登记地址不同的须填写。"
    )


class VisitRecordForm(forms.ModelForm):
    """The record of a visit."""

    premises = forms.ChoiceField(label="现场状态", choices=PremisesState.choices, widget=forms.RadioSelect)
    signature = forms.ChoiceField(
        label="签字情况", choices=SignatureState.choices[1:], widget=forms.RadioSelect
    )
    ended_at = MomentField(label="离场时间", required=False, help_text="不填则为提交的时间。")

    class Meta:
        model = Visit
        fields = (
            "premises",
            "summary",
            "students_present",
            "place_note",
            "representative",
            "representative_title",
            "party_opinion",
            "signature",
            "witness",
            "camera_note",
            "ended_at",
        )
        widgets = {"summary": area(4), "party_opinion": area(2)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"].required = True
        self.fields["witness"].help_text = "拒绝签字的须填写见证人或执法记录仪文件。"

    def _post_clean(self) -> None:
        """Values go to the service; the instance stays as it is in the database."""


class ChecklistChoiceForm(forms.Form):
    """Which checklist to fill."""

    version: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="检查清单", queryset=None, empty_label=None
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = selectors.checklist_choices(actor, timezone.localdate())
        give_rows(self, version=choices)


class FindingForm(forms.Form):
    """A problem found."""

    violation: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="问题类型", queryset=None)
    text = forms.CharField(label="问题事实", widget=area(), help_text="写清时间、地点、数量、涉及人员。")
    quantity = forms.IntegerField(label="数量（处、块）", min_value=1, initial=1)
    mode = forms.ChoiceField(
        label="处理方式", choices=FindingMode.choices, widget=forms.RadioSelect, initial="IN_TERM"
    )
    organ: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="责任部门", queryset=None, help_text="由哪个部门制发整改通知书。"
    )
    severity = forms.ChoiceField(
        label="程度", choices=[("", "按问题类型"), *Severity.choices], required=False
    )
    rule_broken = forms.CharField(
        label="违反的规定", max_length=300, required=False, help_text="不填则按问题类型的依据。"
    )
    correction = forms.CharField(
        label="整改要求", required=False, widget=area(2), help_text="不填则按问题类型的通常要求。"
    )
    refer_to = forms.CharField(label="移送单位或立案机关", max_length=100, required=False)
    photos = FilesField(label="问题照片")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            violation=selectors.violation_choices(),
            organ=selectors.organ_choices(actor),
        )
        if actor.organisation_id:
            self.initial.setdefault("organ", actor.organisation_id)


class PhotoForm(forms.Form):
    """Photos of a finding."""

    phase = forms.ChoiceField(
        label="阶段", choices=PhotoPhase.choices, widget=forms.RadioSelect, initial="BEFORE"
    )
    photos = FilesField(label="照片", required=True)


class FixForm(forms.Form):
    """Put right on the spot."""

    fixed_at = MomentField(label="改正时间", required=False, help_text="不填则为现在。")
    photos = FilesField(label="改正后照片")
    no_photo_reason = forms.CharField(label="未拍照原因", max_length=100, required=False)


class ReferForm(forms.Form):
    """Handed on."""

    refer_to = forms.CharField(label="移送单位或立案机关", max_length=100)


class NoticeForm(forms.ModelForm):
    """The draft of a notice; one field per item for what must be corrected."""

    class Meta:
        model = RectificationNotice
        fields = (
            "party_name",
            "party_address",
            "facts",
            "rule_broken",
            "basis",
            "term_amount",
            "term_unit",
            "report_back",
            "consequences",
            "remedy_line",
            "contact",
        )
        widgets = {
            name: area(rows)
            for name, rows in (
                ("facts", 4),
                ("rule_broken", 2),
                ("report_back", 2),
                ("consequences", 2),
                ("remedy_line", 3),
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term_unit"] = forms.ChoiceField(
            label="期限单位", choices=[(unit.value, unit.label) for unit in TermUnit][:3]
        )
        self.items = selectors.items_of(self.instance)
        for item in self.items:
            self.fields[f"order_{item.pk}"] = forms.CharField(
                label=f"第 {item.position} 项整改要求",
                initial=item.order,
                widget=area(2),
                help_text=item.finding.text,
            )

    def _post_clean(self) -> None:
        """Values go to the service; the instance stays as it is in the database."""

    def values(self) -> dict[str, Any]:
        """Fields of the notice."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def orders(self) -> dict[int, str]:
        """What must be corrected, by item id."""
        return {item.pk: self.cleaned_data[f"order_{item.pk}"] for item in self.items}


class ServiceForm(forms.Form):
    """送达回证."""

    method = forms.ChoiceField(label="送达方式", choices=ServiceMethod.choices, widget=forms.RadioSelect)
    served_at = MomentField(label="送达时间")
    place = forms.CharField(label="送达地点", max_length=200)
    server_one: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达人一", queryset=None)
    server_two: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达人二", queryset=None)
    receiver = forms.CharField(label="签收人", max_length=40, required=False, help_text="直接送达必填。")
    receiver_relation = forms.CharField(label="与受送达人关系", max_length=40, required=False)
    refusal_reason = forms.CharField(
        label="拒收事由", max_length=200, required=False, help_text="留置送达必填。"
    )
    witness = forms.CharField(
        label="见证人", max_length=40, required=False, help_text="留置送达须有见证人或影像。"
    )
    consent_no = forms.CharField(
        label="电子送达确认书", max_length=60, required=False, help_text="电子送达必填。"
    )
    mail_no = forms.CharField(label="邮件回执号", max_length=60, required=False, help_text="邮寄送达必填。")
    publication_place = forms.CharField(
        label="公告载体", max_length=120, required=False, help_text="公告送达必填。"
    )
    proof = forms.FileField(label="送达证明", required=False, help_text="签收照片、回执或截图。")

    def __init__(self, *args: Any, organ: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.organ_officers(organ, timezone.localdate())
        for name in ("server_one", "server_two"):
            give_rows(self, **{name: people})


class AnswerForm(forms.Form):
    """The report: one text and files per open item."""

    statement = forms.CharField(label="总体情况", widget=area(3), required=False)

    def __init__(self, *args: Any, notice: RectificationNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [row for row in selectors.items_of(notice) if row.finding.status == "IN_NOTICE"]
        for item in self.items:
            self.fields[f"text_{item.pk}"] = forms.CharField(
                label=f"第 {item.position} 项：{item.order}",
                widget=area(3),
                help_text=f"问题：{item.finding.text}",
            )
            self.fields[f"files_{item.pk}"] = FilesField(
                label=f"第 {item.position} 项证明材料", help_text="照片、合同、退费凭证等，可多选。"
            )


class ExtensionForm(forms.Form):
    """Asking for more time."""

    until = DayField(label="申请延至")
    reason = forms.CharField(label="申请理由", widget=area(4))


class RecheckForm(forms.Form):
    """The re-check, item by item."""

    method = forms.ChoiceField(
        label="复查方式", choices=RecheckMethod.choices, widget=forms.RadioSelect, initial="ON_SITE"
    )
    officers = PeopleChoice(
        label="复查人员（两名以上持证执法人员）", queryset=None, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, notice: RectificationNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.organ_officers(notice.organ, timezone.localdate())
        give_rows(self, officers=people)
        self.items = [row for row in selectors.items_of(notice) if row.finding.status == "IN_NOTICE"]
        for item in self.items:
            self.fields[f"result_{item.pk}"] = forms.ChoiceField(
                label=f"第 {item.position} 项：{item.order}",
                choices=RecheckResult.choices,
                widget=forms.RadioSelect,
            )
            self.fields[f"note_{item.pk}"] = forms.CharField(
                label=f"第 {item.position} 项说明",
                max_length=300,
                required=False,
                help_text="没有整改到位的必填。",
            )
            self.fields[f"files_{item.pk}"] = FilesField(label=f"第 {item.position} 项复查照片")
        self.fields["conclusion"] = forms.ChoiceField(
            label="没有全部整改到位时",
            choices=[("", "全部到位，销号"), *RecheckConclusion.choices[1:]],
            required=False,
        )
        self.fields["extend_until"] = DayField(label="提请延期至", required=False)
        self.fields["note"] = forms.CharField(label="复查说明", widget=area(2), required=False)
        self.fields["party_opinion"] = forms.CharField(label="当事人意见", widget=area(2), required=False)


class EscalateForm(forms.Form):
    """Going on as a case or a transfer."""

    target = forms.CharField(label="去向", max_length=100, help_text="如：本机关立案、移送市场监督管理局。")
    number = forms.CharField(label="立案或移送文号", max_length=80, required=False)
    reason = forms.CharField(label="理由", max_length=300, widget=area())
