"""Forms of this room; choices come from selectors, nothing is saved here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import MoneyField
from inspections.forms import DayField, FilesField, MomentField, area
from inspections.models import ServiceMethod
from penalties import money, selectors, terms
from penalties import services as s
from penalties.models import (
    Case,
    CaseKind,
    CreditGrade,
    EvidenceItem,
    EvidenceKind,
    Factor,
    FirstOffence,
    HoldOutcome,
    MeasureKind,
    MeasureStage,
    NoPenaltyGround,
    OrderKind,
    PartyKind,
    PaymentKind,
    PenaltyRule,
    ProceedingKind,
    Seriousness,
    SignState,
    SourceKind,
)
from penalties.papers import REVIEW_ASPECTS

NONE = ("", "（无）")


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(label="理由", max_length=200, widget=area(3))

    def __init__(self, *args: Any, label: str = "理由", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label


class NoteForm(forms.Form):
    """A step with an opinion that may be left out."""

    note = forms.CharField(
        label="意见", max_length=200, widget=area(2), required=False, help_text="不填写的，记为“同意”。"
    )


class CaseForm(forms.ModelForm):
    """Source, party and act of a case."""

    party_address = forms.CharField(label="当事人地址", max_length=200)

    class Meta:
        model = Case
        fields = (
            "kind", "source_kind", "source_no", "source_brief", "party_kind", "institution", "party_name",
            "party_uscc", "party_head", "party_phone", "party_born_on", "violation", "concurrent", "act_from",
            "act_to", "found_on", "is_safety_harm", "clue_facts", "jurisdiction", "region", "earlier_organ",
            "handover_no",
        )  # fmt: skip
        widgets = {
            "source_brief": area(2),
            "clue_facts": area(4),
            "kind": forms.RadioSelect,
            **{
                name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                for name in ("party_born_on", "act_from", "act_to", "found_on")
            },
        }
        help_texts = {
            "source_no": "检查、整改通知书、线索或者移送函的编号。",
            "source_brief": "不得写入举报人姓名、电话等信息。",
            "institution": "在台账中的机构，选择后名称、代码、地址可以不填。",
            "party_born_on": "当事人是自然人的必填。",
            "act_to": "仍在继续的不填。",
            "earlier_organ": "其他机关先行立案的，填写机关名称和移交或指定管辖的文号。",
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(
            self,
            violation=selectors.violation_choices(),
            concurrent=selectors.violation_choices(),
            institution=selectors.institution_choices(actor),
            region=selectors.town_choices(actor),
        )
        self.fields["party_name"].required = False
        self.fields["kind"].choices = CaseKind.choices  # type: ignore[attr-defined]
        self.fields["source_kind"].choices = SourceKind.choices  # type: ignore[attr-defined]
        self.fields["party_kind"].choices = PartyKind.choices  # type: ignore[attr-defined]
        self.fields["party_address"].required = False
        if self.instance.pk:
            self.fields["party_address"].initial = self.instance.address_plain
            if self.instance.party_kind == PartyKind.PERSON:
                self.fields["party_address"].help_text = "住址已加密保存，不修改的不填。"
            self.fields["kind"].disabled = True
        self.order_fields([*self.Meta.fields[:8], "party_address", *self.Meta.fields[8:]])

    def clean(self) -> dict[str, Any]:
        """A party is named, by itself or by the register."""
        given: dict[str, Any] = super().clean() or {}
        place = given.get("institution")
        if not given.get("party_name") and not place:
            self.add_error("party_name", "请填写当事人名称，或选择机构。")
        if given.get("party_kind") == PartyKind.PERSON and not given.get("party_born_on"):
            self.add_error("party_born_on", "当事人是自然人的，请填写出生日期。")
        if place and not given.get("party_name"):
            given["party_name"] = place.name
        return given

    def _post_clean(self) -> None:
        """Constraints that depend on sealed fields are checked by the service."""

    def values(self) -> dict[str, Any]:
        """What the service takes, without address and place."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"party_address", "region"}
        }


class OfficerForm(forms.Form):
    """An officer for the case."""

    user: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="办案人员", queryset=None)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.handler_choices(case, timezone.localdate())
        give_rows(self, user=people)


class RecusalForm(forms.Form):
    """An application that an officer stand aside."""

    ground = forms.CharField(label="回避事由", max_length=200, widget=area(3))
    is_by_party = forms.BooleanField(label="当事人申请", required=False, initial=True)


class RecusalDecisionForm(forms.Form):
    """The head's decision about it."""

    granted = forms.TypedChoiceField(
        label="决定",
        choices=[("1", "准予回避"), ("0", "驳回申请")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="理由", max_length=200, widget=area(2))


class TransferForm(ReasonForm):
    """Where a case goes."""

    to = forms.CharField(label="移送机关", max_length=100)
    field_order = ("to", "reason")


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


class DiscretionForm(forms.ModelForm):
    """Weighing and proposal."""

    fine = MoneyField(label="罚款（元）", required=False)
    times = forms.DecimalField(
        label="或按违法所得的倍数罚款", min_value=0, decimal_places=2, max_digits=5, required=False,
        help_text="填写倍数的，罚款按收退费明细计算。",
    )  # fmt: skip
    confiscate = forms.BooleanField(label="没收违法所得", required=False)
    warning = forms.BooleanField(label="警告", required=False)
    criticism = forms.BooleanField(label="通报批评", required=False)
    stop_running = forms.BooleanField(label="责令停止举办", required=False)
    stop_enrolment = forms.BooleanField(label="责令停止招收学员", required=False)
    revocation = forms.BooleanField(label="吊销许可证件", required=False)
    bar = forms.IntegerField(
        label="限制从业（月）", min_value=0, max_value=600, required=False, help_text="终身填 0。"
    )

    class Meta:
        model = Case
        fields = (
            "rule_broken", "basis", "seriousness", "factors", "repeat_note", "rule", "departure", "reasons",
            "first_offence", "first_offence_note", "is_major", "is_public_interest", "distinct_act",
            "no_penalty_ground", "education_given",
        )  # fmt: skip
        widgets = {
            "rule_broken": area(2),
            "basis": area(2),
            "reasons": area(3),
            "education_given": area(2),
        }
        labels = {"rule": "裁量阶次"}
        help_texts = {
            "departure": "不按裁量阶次处罚的，须说明理由。",
            "distinct_act": "同一行为已被罚款的，不得再罚；确属不同行为的说明。",
            "no_penalty_ground": "选择后，本案按不予处罚办理，不填写处罚内容。",
        }

    factors = forms.MultipleChoiceField(
        label="从重、从轻情节", choices=Factor.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, rule=selectors.ladder_choices(self.instance))
        self.fields["seriousness"].choices = Seriousness.choices  # type: ignore[attr-defined]
        self.fields["first_offence"].choices = FirstOffence.choices  # type: ignore[attr-defined]
        self.fields["no_penalty_ground"].choices = [NONE, *NoPenaltyGround.choices]  # type: ignore[attr-defined]
        for row in terms.measures_at(self.instance, MeasureStage.PROPOSED):
            self._show(row)

    def _show(self, row: Any) -> None:
        flags = {
            MeasureKind.CONFISCATION: "confiscate",
            MeasureKind.WARNING: "warning",
            MeasureKind.CRITICISM: "criticism",
            MeasureKind.STOP_RUNNING: "stop_running",
            MeasureKind.STOP_ENROLMENT: "stop_enrolment",
            MeasureKind.REVOCATION: "revocation",
        }
        if row.kind in flags:
            self.fields[flags[row.kind]].initial = True
        elif row.kind == MeasureKind.BAR:
            self.fields["bar"].initial = row.months
        elif row.times:
            self.fields["times"].initial = Decimal(row.times) / 100
        else:
            self.fields["fine"].initial = Decimal(row.amount_fen) / 100

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self) -> dict[str, Any]:
        """Fields of the case."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def measures(self) -> list[s.MeasureInput]:
        """What is proposed; nothing when nobody is to be punished."""
        given = self.cleaned_data
        if given["no_penalty_ground"]:
            return []
        found = self._amounts()
        words = ("warning", "criticism", "stop_running", "stop_enrolment", "revocation")
        found += [s.MeasureInput(MeasureKind(name.upper())) for name in words if given[name]]
        if given["bar"] is not None:
            found.append(s.MeasureInput(MeasureKind.BAR, months=given["bar"]))
        return found

    def _amounts(self) -> list[s.MeasureInput]:
        given, found = self.cleaned_data, []
        income = terms.income_of(self.instance).amount
        times = int((given["times"] or 0) * 100)
        fine = money.multiple_fine(income, times) if times else given["fine"]
        if fine:
            found.append(s.MeasureInput(MeasureKind.FINE, fine, times=times))
        if given["confiscate"] and income:
            found.append(s.MeasureInput(MeasureKind.CONFISCATION, income))
        return found


class ReviewRequestForm(forms.Form):
    """Why the case is sent to review."""

    note = forms.CharField(label="补充说明", max_length=120, required=False, widget=area(2))


class ReviewForm(forms.Form):
    """The reviewer's opinion."""

    passed = forms.TypedChoiceField(
        label="结论",
        choices=[("1", "审核通过"), ("0", "退回补正")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    conclusion = forms.CharField(label="审核结论", widget=area(3))
    qualification = forms.CharField(
        label="审核人资格", max_length=80, help_text="初次从事法制审核的，填写法律职业资格证号。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in REVIEW_ASPECTS.items():
            self.fields[f"on_{key}"] = forms.CharField(label=label, initial="无异议", max_length=200)
        self.order_fields([*(f"on_{key}" for key in REVIEW_ASPECTS), "passed", "conclusion", "qualification"])

    def opinions(self) -> dict[str, str]:
        """Opinion by aspect."""
        return {key: self.cleaned_data[f"on_{key}"] for key in REVIEW_ASPECTS}


class StatementForm(forms.Form):
    """One point of defence."""

    made_on = DayField(label="提出日期")
    text = forms.CharField(label="意见", widget=area(4), help_text="每条意见分别登记，逐条复核。")


class AnswerForm(forms.Form):
    """The answer to it."""

    is_accepted = forms.TypedChoiceField(
        label="是否采纳",
        choices=[("1", "采纳"), ("0", "不采纳")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label="复核意见和理由", widget=area(4))


class WaiverForm(forms.Form):
    """A written waiver."""

    paper = forms.CharField(
        label="书面声明", max_length=120, help_text="例如“2026年3月5日《放弃陈述申辩、听证声明》”。"
    )


class DayForm(forms.Form):
    """A day."""

    on = DayField(label="日期")

    def __init__(self, *args: Any, label: str = "日期", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = label


class DoneForm(DayForm):
    """A day and what was done."""

    note = forms.CharField(label="情况", max_length=200, widget=area(2))


class HearingPlanForm(forms.Form):
    """When and where."""

    held_at = MomentField(label="听证时间", help_text="须在七个工作日后。")
    place = forms.CharField(label="地点", max_length=200)
    chair: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="主持人", queryset=None)
    recorder = forms.CharField(label="记录人", max_length=40)
    is_public = forms.BooleanField(label="公开举行", required=False, initial=True)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, chair=selectors.chair_choices(case))


class HearingRecordForm(forms.Form):
    """How it went."""

    record = forms.CharField(label="听证情况", widget=area(8))
    opinion = forms.CharField(label="主持人意见", widget=area(3))
    signature = forms.ChoiceField(label="笔录签字", choices=SignState.choices[1:], widget=forms.RadioSelect)


class DiscussionForm(forms.Form):
    """The heads' discussion."""

    held_at = MomentField(label="时间")
    place = forms.CharField(label="地点", max_length=200)
    chair = forms.CharField(label="主持人", max_length=40)
    members = forms.CharField(label="参加人员", max_length=200)
    recorder = forms.CharField(label="记录人", max_length=40)
    opinions = forms.CharField(label="讨论意见", widget=area(5), help_text="逐人记录。")
    conclusion = forms.CharField(label="结论", widget=area(2))


class SpotForm(forms.Form):
    """Where a simple decision is made."""

    place = forms.CharField(label="处罚地点", max_length=200)


class ServeForm(forms.Form):
    """送达回证 of one document."""

    document: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="送达文书", queryset=None)
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
    consent: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="电子送达确认书", queryset=None, required=False, help_text="电子送达必选。"
    )
    mail_no = forms.CharField(label="邮件回执号", max_length=60, required=False, help_text="邮寄送达必填。")
    publication_place = forms.CharField(
        label="公告载体", max_length=120, required=False, help_text="公告送达必填，期满三十日视为送达。"
    )
    proof = forms.FileField(label="送达证明", required=False, help_text="签收照片、回执或截图。")

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = selectors.server_choices(case, timezone.localdate())
        give_rows(
            self,
            document=selectors.servable(case),
            consent=case.addressconfirmations.filter(is_electronic=True),
        )
        for name in ("server_one", "server_two"):
            give_rows(self, **{name: people})


class AddressForm(forms.Form):
    """送达地址确认书."""

    phone = forms.CharField(label="联系电话", max_length=60)
    email = forms.CharField(label="电子送达地址", max_length=120, required=False)
    is_electronic = forms.BooleanField(label="同意电子送达", required=False)
    signed_on = DayField(label="签署日期")

    def clean(self) -> dict[str, Any]:
        """Consent needs an address."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("is_electronic") and not given.get("email"):
            self.add_error("email", "同意电子送达的，请填写电子送达地址。")
        return given


class PaymentForm(forms.Form):
    """A payment."""

    kind = forms.ChoiceField(label="款项", choices=PaymentKind.choices)
    amount_fen = MoneyField(label="金额（元）")
    paid_on = DayField(label="缴款日期")
    receipt_no = forms.CharField(label="票据号", max_length=60)
    is_on_spot = forms.BooleanField(label="当场收缴", required=False)
    on_spot_ground = forms.CharField(
        label="当场收缴的理由", max_length=120, required=False, help_text="超过一百元的必填。"
    )


class DeferralForm(forms.Form):
    """Later or divided payment."""

    reason = forms.CharField(label="申请理由", max_length=300, widget=area(2))
    plan = forms.CharField(
        label="缴纳安排", widget=area(4), help_text="每行一期：日期 金额，例如“2026-05-01 1500”。"
    )

    def clean_plan(self) -> list[tuple[Any, int]]:
        """Days and fen."""
        from datetime import date

        from penalties.fees import fen

        found = []
        for line in self.cleaned_data["plan"].splitlines():
            if not line.strip():
                continue
            try:
                day, amount = line.split()
                found.append((date.fromisoformat(day), fen(amount)))
            except ValueError as error:
                raise forms.ValidationError(f"“{line}”写法不对，请写成“2026-05-01 1500”。") from error
        return found


class ProceedingForm(forms.Form):
    """A remedy taken."""

    kind = forms.ChoiceField(label="种类", choices=ProceedingKind.choices)
    body = forms.CharField(label="受理机关", max_length=100)
    case_no = forms.CharField(label="案号", max_length=80, required=False)
    started_on = DayField(label="受理日期")


class ProceedingEndForm(forms.Form):
    """How it ended."""

    ended_on = DayField(label="终结日期")
    result = forms.CharField(label="结果", max_length=200)
    changes_decision = forms.BooleanField(label="变更、撤销或者确认处罚决定违法", required=False)


class CourtForm(forms.Form):
    """Which court is asked."""

    court = forms.CharField(label="受理法院", max_length=100)


class OrderForm(forms.Form):
    """A corrective order."""

    kind = forms.ChoiceField(label="种类", choices=OrderKind.choices, widget=forms.RadioSelect)
    content = forms.CharField(label="要求", widget=area(4))
    due_on = DayField(label="期限")


class CloseForm(forms.Form):
    """How the decision was carried out."""

    execution_note = forms.CharField(label="执行情况", max_length=300, widget=area(3))


class ArchiveForm(forms.Form):
    """Who put the file together and who checked it."""

    filer = forms.CharField(label="立卷人", max_length=40)
    checker = forms.CharField(label="检查人", max_length=40, help_text="与立卷人不能是同一人。")
    note = forms.CharField(label="备考说明", max_length=300, widget=area(2), required=False)


class PublishForm(forms.Form):
    """Grade and length of display."""

    grade = forms.ChoiceField(label="失信程度", choices=CreditGrade.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(
        label="公示期（月）",
        min_value=0,
        max_value=36,
        required=False,
        help_text="轻微 0–3，一般 3–12，严重 12–36；不填按最长。",
    )


class RepairForm(ReasonForm):
    """Papers of a repair."""

    papers = forms.CharField(
        label="修复材料", max_length=200, help_text="申请表、承诺书、证照复印件、整改证明等。"
    )
    field_order = ("papers", "reason")


class RuleForm(forms.ModelForm):
    """A step of the bureau's own discretion benchmark."""

    since = DayField(label="施行日期")

    class Meta:
        model = PenaltyRule
        fields = (
            "layer", "law_ref", "seriousness", "step", "circumstances", "kinds", "unit", "minimum", "maximum",
            "basis", "source",
        )  # fmt: skip
        help_texts = {
            "law_ref": "违法行为编号，例如 V1。",
            "minimum": "倍数以百分之一倍计（200 表示 2 倍），罚款以分计，限制从业以月计。",
        }

    kinds = forms.MultipleChoiceField(
        label="可以给予的处罚", choices=MeasureKind.choices, widget=forms.CheckboxSelectMultiple
    )

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self) -> dict[str, Any]:
        """Fields of the range."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
