"""Forms of this room; choices come from selectors, nothing is saved here."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from accounts.models import User
from measures import selectors
from measures.models import (
    AdCase,
    AdPhase,
    Attendance,
    CallStatus,
    CameraFile,
    Closure,
    Directive,
    DirectiveKind,
    Exchange,
    Handover,
    HandoverItem,
    Meeting,
    MysteryVisit,
    PromiseResult,
    Rating,
    ServiceWay,
    Shift,
    StandingRecusal,
    Talk,
    Whistle,
)

MOMENT = "%Y-%m-%dT%H:%M"


def area(rows: int = 3) -> forms.Textarea:
    """A text area of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class MomentField(forms.DateTimeField):
    """A local date and time in the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT))
        super().__init__(input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"], **kwargs)


class DayField(forms.DateField):
    """A date in the browser's own control."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files, empty when none were chosen."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", FilesInput(attrs={"multiple": True}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each file checked on its own."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(item, initial) for item in given]


class PersonField(forms.ModelChoiceField):
    """One person."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.organisation.short_name}）" if obj.organisation else obj.name


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people or bodies."""

    def label_from_instance(self, obj: Any) -> str:
        organisation = getattr(obj, "organisation", None)
        return f"{obj.name}（{organisation.short_name}）" if organisation else str(obj.name)


class PlacesField(forms.ModelMultipleChoiceField):
    """Several institutions."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.region.name}）"


class RowForm(forms.ModelForm):
    """A form of a row: fields are checked here, the row by the service."""

    QUERYSETS: ClassVar[dict[str, str]] = {}
    HELP: ClassVar[dict[str, str]] = {}

    class Meta:
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        today = timezone.localdate()
        for name, field in self.fields.items():
            self._dress(name, field)
            if name in self.HELP:
                field.help_text = self.HELP[name]
        sources: dict[str, Any] = {
            "places": lambda: selectors.institution_choices(actor).select_related("region"),
            "departments": lambda: selectors.departments(actor),
            "other_departments": lambda: selectors.other_departments(actor),
            "colleagues": lambda: selectors.colleagues(actor),
            "certified": lambda: selectors.certified_colleagues(actor, today),
            "people": lambda: selectors.duty_people(actor),
            "towns": lambda: selectors.towns(actor),
            "campaigns": lambda: selectors.campaigns_open(actor, today),
            "visits": lambda: selectors.recent_visits(actor)[:200],
            "notices": lambda: selectors.open_notices(actor)[:200],
            "violations": selectors.ad_violations,
        }
        for name, source in self.QUERYSETS.items():
            if name in self.fields:
                chosen = sources[source]()
                if chosen.query.is_sliced:
                    chosen = chosen.model._base_manager.filter(
                        pk__in=list(chosen.values_list("pk", flat=True))
                    )
                self.fields[name].queryset = chosen  # type: ignore[attr-defined]

    def _dress(self, name: str, field: forms.Field) -> None:
        if isinstance(field, forms.DateTimeField) and not isinstance(field, MomentField):
            self.fields[name] = MomentField(
                label=field.label, required=field.required, help_text=field.help_text
            )
        elif isinstance(field, forms.DateField) and not isinstance(field, DayField | MomentField):
            self.fields[name] = DayField(
                label=field.label, required=field.required, help_text=field.help_text
            )
        elif isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3

    def _post_clean(self) -> None:
        """The service validates the row."""

    def values(self, *left_out: str) -> dict[str, Any]:
        """What the service takes: the row's own fields."""
        names = [name for name in self.Meta.fields if name in self.fields and name not in left_out]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class AdForm(RowForm):
    """An advertisement that was found."""

    region = forms.ModelChoiceField(label="乡镇（街道）", queryset=None)
    url = forms.URLField(label="网址", required=False, max_length=500, assume_scheme="https")
    photos = FilesField(label="照片或网页快照", help_text="网络广告上传网页截图或存档文件，系统计算摘要。")
    field_order = ["kind", "origin", "found_on", "region", "place"]

    class Meta:
        model = AdCase
        fields = (
            "kind", "origin", "found_on", "place", "school_name", "pieces", "content", "violation",
            "owner_kind", "institution", "owner_name", "url", "campaign", "source_no",
        )  # fmt: skip

    QUERYSETS = {
        "region": "towns",
        "institution": "places",
        "violation": "violations",
        "campaign": "campaigns",
    }
    HELP = {
        "place": "写到门牌或者参照物；网络广告写平台和账号。",
        "school_name": "校门口巡查发现的填写。",
        "institution": "广告主是培训机构的必选。",
        "owner_name": "不是名录内机构的，写单位或个人称谓。",
        "url": "网络广告必填。",
    }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("owner_kind") == "INSTITUTION" and not data.get("institution"):
            self.add_error("institution", "广告主是培训机构的，请选择机构。")
        if data.get("owner_kind") == "PERSON" and not data.get("owner_name"):
            self.add_error("owner_name", "请填写广告主名称。")
        if data.get("kind") in {"WECHAT", "ONLINE"} and not data.get("url"):
            self.add_error("url", "网络广告请填写网址。")
        if data.get("owner_kind") != "INSTITUTION":
            data["institution"] = None
        return data


class TalkForm(RowForm):
    """A talk and whom it summons."""

    institutions = PlacesField(
        label="约谈对象",
        queryset=None,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="个别约谈选一家，集体约谈选两家以上。",
    )
    host = PersonField(label="主谈人", queryset=None)
    recorder = PersonField(label="记录人", queryset=None)

    class Meta:
        model = Talk
        fields = (
            "kind", "reason", "basis", "planned_at", "place", "host", "recorder", "visit", "notice", "source_no",
        )  # fmt: skip

    QUERYSETS = {
        "institutions": "places",
        "host": "colleagues",
        "recorder": "colleagues",
        "visit": "visits",
        "notice": "notices",
    }
    HELP = {"basis": "文件名称和文号，写入约谈通知书。", "visit": "由检查引起的可以关联。"}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("host") and data.get("host") == data.get("recorder"):
            self.add_error("recorder", "主谈人和记录人须为两人。")
        return data


class WhistleForm(RowForm):
    """A call of a township."""

    departments = PeopleField(label="报到部门", queryset=None, widget=forms.SelectMultiple(attrs={"size": 8}))

    class Meta:
        model = Whistle
        fields = ("matter", "detail", "urgency", "place", "institution")

    QUERYSETS = {"departments": "other_departments", "institution": "places"}
    HELP = {"detail": "写清需要部门解决什么。不写学生、家长和举报人姓名。"}


class MeetingForm(RowForm):
    """A meeting and its minutes."""

    bodies = PeopleField(label="参会单位", queryset=None, widget=forms.SelectMultiple(attrs={"size": 8}))

    class Meta:
        model = Meeting
        fields = ("kind", "title", "held_at", "place", "chair", "minutes")

    QUERYSETS = {"bodies": "departments"}
    HELP = {"minutes": "一段一行。议定事项在保存后逐项登记。"}


DIRECTIVE_FIELDS: dict[str, tuple[str, ...]] = {
    DirectiveKind.SUSPENSION_NOTICE: (
        "institution", "visit", "facts", "basis", "stop_from", "students_present", "demand",
        "refund_requirement", "consequences", "remedy_line",
    ),
    DirectiveKind.BAN_NOTICE: (
        "institution", "visit", "facts", "basis", "stop_from", "demand", "refund_requirement",
        "consequences", "remedy_line",
    ),
    DirectiveKind.SITE_ASSIGNMENT: (
        "receiver", "institution", "visit", "facts", "demand", "due_on", "original_no", "consequences",
    ),
    DirectiveKind.SUPERVISION_LETTER: (
        "receiver", "institution", "notice", "facts", "demand", "due_on", "original_no", "consequences",
    ),
    DirectiveKind.REMINDER_LETTER: ("institution", "visit", "notice", "facts", "demand", "consequences"),
    DirectiveKind.PARENT_LETTER: ("facts", "demand"),
}  # fmt: skip


class DirectiveForm(RowForm):
    """A document of one kind; only its own fields are asked for."""

    officer_one = PersonField(label="执法人员一", queryset=None)
    officer_two = PersonField(label="执法人员二", queryset=None)

    class Meta:
        model = Directive
        fields = (
            "institution", "receiver", "visit", "notice", "party_name", "party_address", "facts", "basis",
            "stop_from", "students_present", "demand", "refund_requirement", "due_on", "original_no",
            "consequences", "remedy_line", "contact", "officer_one", "officer_two",
        )  # fmt: skip

    QUERYSETS = {
        "institution": "places",
        "receiver": "departments",
        "visit": "visits",
        "notice": "notices",
        "officer_one": "certified",
        "officer_two": "certified",
    }
    HELP = {
        "facts": "写清何时何地什么情况，不写学生和家长姓名。",
        "demand": "一行一项。",
        "students_present": "没有学生的填 0；只填人数。",
        "officer_one": "只列出持本机关有效执法证的人员。",
        "remedy_line": "已按现行期限填好。",
    }

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = {*DIRECTIVE_FIELDS[kind], "officer_one", "officer_two"}
        is_new = self.instance.pk is None
        if not is_new:
            shown |= {"party_name", "party_address", "contact"}
        else:
            shown -= {"basis", "remedy_line", "refund_requirement", "stop_from"}
        for name in [name for name in self.fields if name not in shown]:
            del self.fields[name]
        for name in ("institution", "receiver", "demand", "due_on"):
            if name in self.fields and name in self._needed(kind):
                self.fields[name].required = True
        if kind in {"REMINDER_LETTER"} and "institution" in self.fields:
            self.fields["institution"].required = True

    @staticmethod
    def _needed(kind: str) -> set[str]:
        stops = {"SUSPENSION_NOTICE", "BAN_NOTICE"}
        bodies = {"SITE_ASSIGNMENT", "SUPERVISION_LETTER"}
        if kind in stops:
            return {"institution"}
        return {"receiver", "demand", "due_on"} if kind in bodies else {"demand"}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("officer_one") and data.get("officer_one") == data.get("officer_two"):
            self.add_error("officer_two", "执法人员须为两人。")
        return data


class ClosureForm(RowForm):
    """An emergency closure and its scope."""

    towns = PeopleField(
        label="乡镇（街道）",
        queryset=None,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="范围选“所选乡镇（街道）”时填写。",
    )
    institutions = PlacesField(
        label="机构",
        queryset=None,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="范围选“所选机构”时填写。",
    )
    officer_one = PersonField(label="执法人员一", queryset=None)
    officer_two = PersonField(label="执法人员二", queryset=None)

    class Meta:
        model = Closure
        fields = (
            "cause", "title", "basis", "scope_kind", "from_on", "until_on", "demand", "officer_one", "officer_two",
        )  # fmt: skip

    QUERYSETS = {
        "towns": "towns",
        "institutions": "places",
        "officer_one": "certified",
        "officer_two": "certified",
    }
    HELP = {"basis": "有权机关的决定或者通告名称和文号。", "demand": "一行一项。"}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("officer_one") and data.get("officer_one") == data.get("officer_two"):
            self.add_error("officer_two", "执法人员须为两人。")
        start, end = data.get("from_on"), data.get("until_on")
        if start and end and end <= start:
            self.add_error("until_on", "预计恢复须晚于停课开始。")
        return data


class HandoverForm(RowForm):
    """A lot of materials."""

    officer_one = PersonField(label="接收人一", queryset=None)
    officer_two = PersonField(label="接收人二", queryset=None)

    class Meta:
        model = Handover
        fields = (
            "institution", "visit", "purpose", "handed_by", "handed_title", "is_voluntary", "received_on",
            "place", "kept_at", "officer_one", "officer_two",
        )  # fmt: skip

    QUERYSETS = {
        "institution": "places",
        "visit": "visits",
        "officer_one": "certified",
        "officer_two": "certified",
    }
    HELP = {"is_voluntary": "移交人不愿提供的，不能在这里接收；确需保全证据的，立案后办理先行登记保存。"}


class ItemForm(RowForm):
    """One title."""

    class Meta:
        model = HandoverItem
        fields = ("title", "edition", "source", "subject", "copies", "note")


class ShiftForm(RowForm):
    """A shift and its people."""

    people = PeopleField(
        label="值班人员",
        queryset=None,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="可以先排班次，人员以后再补；人数不足的班次在列表中标出。",
    )

    class Meta:
        model = Shift
        fields = ("kind", "starts_at", "ends_at", "area", "needed", "campaign", "note")

    QUERYSETS = {"people": "people", "campaign": "campaigns"}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间须晚于开始时间。")
        return data


class MysteryForm(RowForm):
    """What observers saw."""

    region = forms.ModelChoiceField(label="乡镇（街道）", queryset=None)
    files = FilesField(label="线索材料", help_text="只作线索，不能作为检查、处罚的证据。")
    field_order = ["way", "visited_at", "region"]

    class Meta:
        model = MysteryVisit
        fields = ("way", "visited_at", "place", "institution", "campaign", "observers", "seen")

    QUERYSETS = {"region": "towns", "institution": "places", "campaign": "campaigns"}
    HELP = {"seen": "只写看到、听到的；不出示证件、不取证、不要求对方配合。"}


class RecusalForm(RowForm):
    """A lasting ground to stand aside."""

    user = PersonField(label="执法人员", queryset=None)

    class Meta:
        model = StandingRecusal
        fields = ("user", "institution", "ground", "since")

    QUERYSETS = {"user": "people", "institution": "places"}
    HELP = {"ground": "与举办者的亲属关系、在该机构有出资或者兼职等。"}


class CameraForm(RowForm):
    """One recording."""

    user = PersonField(label="佩戴人", queryset=None)
    upload = forms.FileField(
        label="上传文件", required=False, help_text="短视频可以直接上传；长视频只登记摘要和存放位置。"
    )

    class Meta:
        model = CameraFile
        fields = (
            "visit", "user", "device_no", "file_name", "starts_at", "ends_at", "size", "sha256", "kept_at",
        )  # fmt: skip

    QUERYSETS = {"visit": "visits", "user": "people"}
    HELP = {
        "sha256": "采集站或者工具算出的 64 位摘要；上传文件的可以不填。",
        "kept_at": "采集站、移动硬盘的编号和目录；没有上传文件的必填。",
        "size": "上传文件的可以不填。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("size", "sha256"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("upload"):
            for name, sentence in (
                ("sha256", "没有上传文件的，请填写摘要。"),
                ("size", "没有上传文件的，请填写字节数。"),
                ("kept_at", "没有上传文件的，请填写存放位置。"),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间须晚于开始时间。")
        data["size"] = data.get("size") or 1
        return data


class ExchangeForm(RowForm):
    """One exchange."""

    class Meta:
        model = Exchange
        fields = (
            "direction", "matter", "exchanged_on", "partner", "partner_name", "content", "count", "channel",
            "receipt_no", "basis",
        )  # fmt: skip

    QUERYSETS = {"partner": "departments"}
    HELP = {"content": "写数据、名单、文件的名称，不写个人信息。"}


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

    reason = forms.CharField(label="理由", max_length=200, widget=area())


class AdOrderForm(StepForm):
    """An order to take it away."""

    order_text = forms.CharField(
        label="清除要求", max_length=300, widget=area(), initial="立即清除，不得再发布"
    )
    due_on = DayField(label="清除期限", required=False, help_text="不填的按政策参数计算。")


class AdReferForm(StepForm):
    """Whom it is handed to."""

    to = forms.ModelChoiceField(label="移送单位", queryset=None)
    reason = forms.CharField(label="移送理由", max_length=200, widget=area())

    def prepare(self) -> None:
        rows = selectors.other_departments(self.actor).exclude(pk=self.row.lead_organ_id)
        self.fields["to"].queryset = rows  # type: ignore[attr-defined]


class AdReceiptForm(StepForm):
    """The other authority's receipt."""

    receipt_no = forms.CharField(label="回执编号或接收人", max_length=80)
    receipt_on = DayField(label="回执日期", initial=timezone.localdate)


class AdRemoveForm(StepForm):
    """The removal."""

    removed_at = MomentField(label="清除时间", initial=timezone.localtime)
    pieces = forms.IntegerField(label="清除数量", min_value=1)
    by = forms.CharField(label="清除单位", max_length=100)
    photos = FilesField(label="清除后的照片", help_text="没有照片不能登记清除。")

    def prepare(self) -> None:
        self.initial.setdefault("pieces", self.row.pieces)


class AdCheckForm(StepForm):
    """A re-check."""

    checked_on = DayField(label="复核日期", initial=timezone.localdate)
    is_gone = forms.TypedChoiceField(
        label="复核结果",
        choices=[("1", "仍已清除"), ("0", "反弹")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="复核情况", max_length=300, widget=area(2))
    photos = FilesField(label="复核照片")


class AdPhotoForm(StepForm):
    """One more photo."""

    phase = forms.ChoiceField(label="阶段", choices=AdPhase.choices)
    upload = forms.FileField(label="照片或快照")


class TalkHoldForm(StepForm):
    """The record of a talk: who came for each institution, what was promised."""

    held_at = MomentField(label="实际约谈时间", initial=timezone.localtime)
    requirements = forms.CharField(label="约谈要求（一行一项）", widget=area(4))

    def prepare(self) -> None:
        self.parties = list(self.row.parties.select_related("institution"))
        for party in self.parties:
            name, key = party.institution.name, party.pk
            self.fields[f"attendance_{key}"] = forms.ChoiceField(
                label=f"{name}：到场情况", choices=[("", "请选择"), *Attendance.choices]
            )
            self.fields[f"attendee_{key}"] = forms.CharField(label="到场人", max_length=40, required=False)
            self.fields[f"title_{key}"] = forms.CharField(label="职务", max_length=40, required=False)
            self.fields[f"promise_{key}"] = forms.CharField(label="承诺事项", required=False, widget=area(2))
            self.fields[f"due_{key}"] = DayField(label="承诺期限", required=False)


class PromiseForm(StepForm):
    """The follow-up of one promise."""

    result = forms.ChoiceField(label="跟踪结果", choices=PromiseResult.choices, widget=forms.RadioSelect)
    note = forms.CharField(label="跟踪情况", max_length=300, widget=area(2))
    on = DayField(label="跟踪日期", initial=timezone.localdate)


class ArriveForm(StepForm):
    """Arrival."""

    arrived_at = MomentField(label="到场时间", initial=timezone.localtime)
    people = forms.CharField(label="到场人员", max_length=100)


class ActionForm(StepForm):
    """What a department did."""

    action = forms.CharField(label="处置情况", max_length=500, widget=area())


class EvaluateForm(StepForm):
    """The township's evaluation of every department."""

    result = forms.CharField(label="办理结果", max_length=300, widget=area(2))

    def prepare(self) -> None:
        self.calls = list(self.row.calls.select_related("organisation").filter(status=CallStatus.DONE))
        for call in self.calls:
            self.fields[f"rating_{call.pk}"] = forms.ChoiceField(
                label=f"{call.organisation.name}：评价", choices=Rating.choices, widget=forms.RadioSelect
            )
            self.fields[f"comment_{call.pk}"] = forms.CharField(
                label="评价意见", max_length=200, required=False, help_text="不满意的须写明原因。"
            )

    def ratings(self) -> dict[int, tuple[str, str]]:
        """Ratings by call."""
        data = self.cleaned_data
        return {call.pk: (data[f"rating_{call.pk}"], data[f"comment_{call.pk}"]) for call in self.calls}


class DecisionForm(StepForm):
    """One decision."""

    text = forms.CharField(label="议定事项", max_length=300, widget=area(2))
    assignee = forms.ModelChoiceField(label="责任单位", queryset=None)
    due_on = DayField(label="完成期限")

    def prepare(self) -> None:
        self.fields["assignee"].queryset = selectors.departments(self.actor)  # type: ignore[attr-defined]


class ReportForm(StepForm):
    """What was done about a decision."""

    report = forms.CharField(label="落实情况", max_length=500, widget=area())


class OfficersForm(StepForm):
    """Two officers who sign."""

    officer_one = PersonField(label="执法人员一", queryset=None)
    officer_two = PersonField(label="执法人员二", queryset=None)

    def prepare(self) -> None:
        rows = selectors.certified_colleagues(self.actor, timezone.localdate())
        for name in ("officer_one", "officer_two"):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ServeForm(StepForm):
    """How a document was served."""

    way = forms.ChoiceField(label="送达方式", choices=ServiceWay.choices)
    served_at = MomentField(label="送达时间", initial=timezone.localtime)
    receiver = forms.CharField(label="签收人（见证人、学校）", max_length=60, required=False)
    proof = forms.CharField(
        label="送达凭证",
        max_length=200,
        required=False,
        help_text="留置写拒收事由，电子写确认书编号，邮寄写回执号，公告写载体或者网址。",
    )
    photo = forms.FileField(label="送达照片", required=False)


class PupilsForm(StepForm):
    """The hand-over of pupils, as counts."""

    to_parents = forms.IntegerField(label="由家长接回（人）", min_value=0)
    to_school = forms.IntegerField(label="由学校接回（人）", min_value=0, initial=0)
    note = forms.CharField(
        label="交接情况", max_length=300, required=False, widget=area(2), help_text="不写学生和家长姓名。"
    )


class PublishForm(StepForm):
    """Where a ban was announced."""

    on = DayField(label="公告日期", initial=timezone.localdate)
    where = forms.CharField(label="公告载体或网址", max_length=200)


class FinishForm(StepForm):
    """What came of a document."""

    note = forms.CharField(label="落实情况", max_length=300, widget=area())
    may_resume = forms.BooleanField(
        label="恢复办学", required=False, help_text="停业整顿的机构从今天起恢复正常办学。"
    )

    def prepare(self) -> None:
        if self.row.kind != DirectiveKind.SUSPENSION_NOTICE:
            del self.fields["may_resume"]


class CheckForm(StepForm):
    """Whether a place keeps to a closure."""

    on = DayField(label="核查日期", initial=timezone.localdate)
    complied = forms.TypedChoiceField(
        label="核查结果",
        choices=[("1", "已停课"), ("0", "没有停课")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    pupils_sent_home = forms.IntegerField(label="劝返学生数", min_value=0, required=False)
    note = forms.CharField(label="情况和处置", max_length=200, required=False, widget=area(2))


class LiftForm(StepForm):
    """The end of a closure."""

    lifted_on = DayField(label="恢复日期", initial=timezone.localdate)
    basis = forms.CharField(label="恢复依据", max_length=300)


class ReturnForm(StepForm):
    """Giving materials back."""

    returned_on = DayField(label="退还日期", initial=timezone.localdate)
    returned_to = forms.CharField(label="领回人", max_length=40)


class ShiftReportForm(StepForm):
    """What came of a shift."""

    places_passed = forms.IntegerField(label="巡查点位（处）", min_value=0)
    report = forms.CharField(
        label="值班情况", max_length=500, widget=area(), help_text="发现问题的，另行报检查或者登记线索。"
    )


class SwapForm(StepForm):
    """Whom to ask."""

    to_user = PersonField(label="接班人", queryset=None)
    reason = forms.CharField(label="换班原因", max_length=200)

    def prepare(self) -> None:
        rows = selectors.duty_people(self.actor).exclude(pk=self.row.user_id)
        self.fields["to_user"].queryset = rows  # type: ignore[attr-defined]


class BriefForm(StepForm):
    """What officers are asked to look into."""

    brief = forms.CharField(
        label="转办摘要", widget=area(), help_text="写需要核实什么，不写走访人员；线索材料不随附。"
    )


class EndForm(StepForm):
    """The end of a ground."""

    until = DayField(label="终止日期", initial=timezone.localdate)
    reason = forms.CharField(label="终止原因", max_length=200)
