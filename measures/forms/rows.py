"""Forms of rows: what is entered and changed."""

from __future__ import annotations

from typing import Any

from django import forms

from casework.web.fields import place_picker
from measures.forms.base import (
    FilesField,
    PeopleField,
    PersonField,
    PlacesField,
    RowForm,
)
from measures.models import (
    AdCase,
    CameraFile,
    Closure,
    Directive,
    DirectiveKind,
    Exchange,
    Handover,
    HandoverItem,
    Meeting,
    MysteryVisit,
    Shift,
    StandingRecusal,
    Talk,
    Whistle,
)


class AdForm(RowForm):
    """An advertisement that was found."""

    region: Any = forms.ModelChoiceField(label="乡镇（街道）", queryset=None)
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
        widget=place_picker(),
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
        widget=place_picker(),
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
    HELP = {"basis": "有权机关的决定或者通告名称和文号。"}

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

    region: Any = forms.ModelChoiceField(label="乡镇（街道）", queryset=None)
    uploads = FilesField(label="线索材料", help_text="只作线索，不能作为检查、处罚的证据。")
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
