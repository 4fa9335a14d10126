"""What the public door asks. Everything is optional but the kind and the words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Bureau, Region, RegionLevel
from complaints import wall
from complaints.models import ClueKind

LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)
KEYS_MAX = 9


def _is_within(degrees: float | None, bounds: tuple[float, float]) -> bool:
    return degrees is not None and bounds[0] <= degrees <= bounds[1]


class ReportForm(forms.Form):
    """One report. Hidden fields are filled by the page's script; without it they stay empty."""

    kind = forms.ChoiceField(
        label="反映什么", choices=ClueKind.choices, widget=forms.RadioSelect,
        error_messages={"required": "请选一项最接近的；拿不准就选“其他”。"},
    )  # fmt: skip
    town = forms.ModelChoiceField(
        label="在哪个乡镇（街道）", queryset=Region.objects.none(), required=False, empty_label="不清楚"
    )
    place_text = forms.CharField(
        label="详细地点", max_length=200, required=False,
        help_text="小区、楼栋、单元、楼层、门牌，或者附近的标志。越具体越容易查到。",
    )  # fmt: skip
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    accuracy_m = forms.FloatField(required=False, widget=forms.HiddenInput)
    happened_at = forms.DateTimeField(
        label="什么时候看到的", required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )  # fmt: skip
    happened_note = forms.CharField(
        label="有没有规律", max_length=100, required=False, help_text="例如：每周六上午，放学后到晚上九点。"
    )
    subject_name = forms.CharField(label="机构或老师的名称", max_length=100, required=False)
    party_contact = forms.CharField(
        label="对方的电话、微信或收款账号", max_length=100, required=False,
        help_text="招生广告或群里留的。请写在这里：写在下面的文字里会被当作您的信息隐去。",
    )  # fmt: skip
    text = forms.CharField(
        label="经过", max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="谁在教、教什么、多少学生、怎么收费。不用写您是谁。",
        error_messages={"required": "请写几句话，说明看到了什么。"},
    )  # fmt: skip
    contact_name = forms.CharField(
        label="您的称呼", max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    contact_phone = forms.CharField(
        label="您的手机", max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        help_text="单独加密保存，办理人看不到。只有两个人同时批准才能查看，每次都有记录。",
    )  # fmt: skip
    website = forms.CharField(required=False)
    device = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    draft = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    report_pass = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    uploads = forms.CharField(max_length=KEYS_MAX * 70, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, bureau: Bureau, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        towns = Region.objects.filter(path__startswith=bureau.region.path, level=RegionLevel.TOWNSHIP)
        self.fields["town"].queryset = towns.order_by("code")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A position is a pair inside the country; anything else is dropped, never a reason to refuse."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not (
            _is_within(cleaned.get("longitude"), LONGITUDES)
            and _is_within(cleaned.get("latitude"), LATITUDES)
        ):
            cleaned["longitude"] = cleaned["latitude"] = cleaned["accuracy_m"] = None
        for name in ("longitude", "latitude", "accuracy_m"):
            self.errors.pop(name, None)
        if (seen := cleaned.get("happened_at")) and seen > timezone.now():
            self.add_error("happened_at", "看到的时间不能在以后。")
        return cleaned

    def contact(self) -> wall.Contact:
        """What the reporter left about themselves."""
        return wall.Contact(name=self.cleaned_data["contact_name"], phone=self.cleaned_data["contact_phone"])

    def upload_keys(self) -> tuple[str, ...]:
        """Keys of the files that were sent in parts."""
        return tuple(self.cleaned_data["uploads"].split())


class CodeForm(forms.Form):
    """The receipt code."""

    code = forms.CharField(
        label="查询码", max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        help_text="提交时给您的 16 位数字。",
        error_messages={"required": "请输入 16 位查询码。"},
    )  # fmt: skip


class SayForm(forms.Form):
    """Words that a reporter adds."""

    text = forms.CharField(
        label="补充", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    uploads = forms.CharField(max_length=KEYS_MAX * 70, required=False, widget=forms.HiddenInput)
    website = forms.CharField(required=False)
