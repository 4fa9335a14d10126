"""The form of an order to report: its fields follow how often it repeats."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts import roles
from accounts.models import Organisation, OrganisationKind, User
from casework.web import give_rows
from casework.web.fields import DayField, PersonField
from fieldwork.models import Campaign
from fieldwork.selectors import campaigns_visible
from reports.data import reporting
from reports.models import Cadence, ReportRegime

WEEKDAYS = [(number, f"周{name}") for number, name in enumerate("一二三四五六日", 1)]
RULE_FIELDS = {
    Cadence.HALF_MONTH: ("days",),
    Cadence.WEEK: ("weekday",),
    Cadence.YEAR: ("month", "day"),
    Cadence.ONCE: ("on",),
}
NEW_ONLY = ("code", "form_key", "campaign", "starts_on", "organ", "channels", "is_sealed", "report_title")
CUT_DAYS_MAX = 15


class RegimeForm(forms.Form):
    """An order to report: new when `regime` is None, else what may change of it."""

    name = forms.CharField(label="报表名称", max_length=100)
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称和文号")
    code = forms.RegexField(
        r"^[A-Z][A-Z0-9_]{2,39}$",
        label="代码",
        help_text="大写字母、数字和下划线，例如 LOOKBACK_2027；建立后不能改",
        error_messages={"invalid": "代码用大写字母开头，只能有大写字母、数字和下划线，至少 3 位。"},
    )
    form_key = forms.ChoiceField(label="表式")
    campaign: forms.ModelChoiceField[Campaign] = forms.ModelChoiceField(
        label="专项行动", queryset=Campaign.objects.none(), required=False, empty_label="不属于专项行动"
    )
    starts_on = DayField(label="累计起算日", help_text="“累计”一栏从这一天算起")
    days = forms.CharField(
        label="每月报送日", max_length=40, help_text="用逗号分隔，例如 13,27；大于当月天数的按月末"
    )
    weekday = forms.TypedChoiceField(label="每周报送日", choices=WEEKDAYS, coerce=int)
    month = forms.IntegerField(label="次年报送月份", min_value=1, max_value=12)
    day = forms.IntegerField(label="次年报送日", min_value=1, max_value=28)
    on = DayField(label="报送日")
    cut_days = forms.IntegerField(
        label="数据截至报送日前几天",
        min_value=0,
        max_value=CUT_DAYS_MAX,
        initial=1,
        help_text="截至该日 24 时；填 0 表示报送日当天也计入",
    )
    since = DayField(label="生效日期")
    until = DayField(label="最后有效日", required=False, help_text="长期有效的不填")
    recipient_words = forms.CharField(label="报送对象", max_length=200, help_text="多个单位用顿号分隔")
    channels = forms.MultipleChoiceField(
        label="报送渠道", choices=list(reporting()["channels"].items()), widget=forms.CheckboxSelectMultiple
    )
    is_sealed = forms.BooleanField(
        label="正式报告（编号、盖章，例如总结报告）", required=False, help_text="另外生成公文格式的报告"
    )
    report_title = forms.CharField(
        label="报告标题", max_length=120, required=False, help_text="正式报告须填；{year} 代表年份"
    )
    organ: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label="填报单位", queryset=Organisation.objects.none(), empty_label=None
    )
    reporter = PersonField(label="填报人", queryset=User.objects.all().none(), empty_label="请选择")
    reviewer = PersonField(label="审核人", queryset=User.objects.all().none(), empty_label="请选择")

    def __init__(
        self, *args: Any, actor: User, cadence: str, regime: ReportRegime | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cadence, self.regime = Cadence(cadence), regime
        self._keep_fields()
        self.fields["reporter"].help_text = "有“填报报表”权限的本局人员"
        give_rows(
            self,
            reporter=people_who_may("reports.edition_fill", actor),
            reviewer=people_who_may("reports.edition_review", actor),
        )
        if regime is None:
            self._offer_new(actor)
        else:
            self.initial = {**_initial(regime), **(self.initial or {})}

    def _keep_fields(self) -> None:
        unused = {name for rule in RULE_FIELDS.values() for name in rule} - set(RULE_FIELDS[self.cadence])
        if self.cadence == Cadence.YEAR:
            unused.add("cut_days")
        if self.regime is not None:
            unused |= set(NEW_ONLY)
            if self.regime.periods.exists():
                unused.add("since")
        for name in unused:
            del self.fields[name]

    def _offer_new(self, actor: User) -> None:
        forms_known = [(f"{row['code']}@{row['version']}", row["name"]) for row in reporting()["forms"]]
        field = self.fields["form_key"]
        field.choices = forms_known  # type: ignore[attr-defined]
        organs = Organisation.objects.filter(
            bureau=actor.bureau_id, kind=OrganisationKind.EDUCATION, is_active=True
        ).exclude(number_word="")
        give_rows(self, campaign=campaigns_visible(actor).order_by("name"), organ=organs.order_by("pk"))

    def clean_days(self) -> list[int]:
        """Day numbers in order."""
        words = self.cleaned_data["days"].replace("，", ",").replace("、", ",").split(",")
        try:
            days = sorted({int(word) for word in words if word.strip()})
        except ValueError as error:
            raise forms.ValidationError("请填 1 至 31 的数字，用逗号分隔。") from error
        if not days or days[0] < 1 or days[-1] > 31:
            raise forms.ValidationError("请填 1 至 31 的数字，用逗号分隔。")
        return days

    def clean(self) -> dict[str, Any]:
        """Two people, a span that goes forward, and a title for a sealed report."""
        data = super().clean() or {}
        if data.get("reporter") and data.get("reporter") == data.get("reviewer"):
            self.add_error("reviewer", "审核人不能与填报人相同。")
        since = data.get("since") or (self.regime.validity.lower if self.regime else None)
        if since and data.get("until") and data["until"] < since:
            self.add_error("until", "最后有效日不能早于生效日期。")
        if data.get("is_sealed") and not (data.get("report_title") or "").strip():
            self.add_error("report_title", "正式报告须填写标题。")
        return data

    def values(self) -> dict[str, Any]:
        """What the service sets."""
        data, until = self.cleaned_data, self.cleaned_data["until"]
        since = data.get("since") or (self.regime.validity.lower if self.regime else None)
        values = {
            **{name: data[name] for name in ("name", "basis", "reporter", "reviewer")},
            "due": self._due(),
            "cutoff": self._cutoff(),
            "recipients": [word.strip() for word in data["recipient_words"].split("、") if word.strip()],
            "validity": DateRange(since, date.fromordinal(until.toordinal() + 1) if until else None),
        }
        return values if self.regime else {**values, **self._new_values()}

    def _due(self) -> dict[str, Any]:
        kept = dict(self.regime.due) if self.regime else {}
        names = {"days": "days_of_month"}
        for name in RULE_FIELDS[self.cadence]:
            value = self.cleaned_data[name]
            kept[names.get(name, name)] = value.isoformat() if isinstance(value, date) else value
        return kept

    def _cutoff(self) -> dict[str, Any]:
        kept = dict(self.regime.cutoff) if self.regime else {"time": "00:00"}
        if "cut_days" not in self.cleaned_data:
            return kept
        offset = 1 - self.cleaned_data["cut_days"]
        if (kept.get("offset_days") or 0) == offset and self.regime:
            return kept
        return {"time": kept.get("time", "00:00"), "offset_days": offset}

    def _new_values(self) -> dict[str, Any]:
        data = self.cleaned_data
        campaign = data["campaign"]
        form_code, _, version = data["form_key"].partition("@")
        return {
            **{
                name: data[name]
                for name in (
                    "code",
                    "campaign",
                    "starts_on",
                    "organ",
                    "channels",
                    "is_sealed",
                    "report_title",
                )
            },
            "campaign_code": campaign.code if campaign else "",
            "campaign_name": campaign.name if campaign else "",
            "form_code": form_code,
            "form_version": int(version),
            "cadence": self.cadence,
            "reminder_days": [3, 1],
        }


def people_who_may(permission: str, actor: User) -> Any:
    """People of the actor's bureau office whose roles grant `permission`, by name."""
    holders = [role for name, _, held in roles.table() if name == permission for role in held]
    rows = User.objects.filter(
        bureau=actor.bureau_id,
        is_active=True,
        organisation__kind=OrganisationKind.EDUCATION,
        role_assignments__role__in=holders,
    )
    return rows.select_related("organisation").distinct().order_by("name", "pk")


def _initial(regime: ReportRegime) -> dict[str, Any]:
    upper = regime.validity.upper
    return {
        **{name: getattr(regime, name) for name in ("name", "basis", "reporter", "reviewer")},
        "days": ",".join(str(day) for day in regime.due.get("days_of_month", [])),
        **{name: regime.due.get(name) for name in ("weekday", "month", "day", "on")},
        "cut_days": 1 - int(regime.cutoff.get("offset_days") or 0),
        "since": regime.validity.lower,
        "until": date.fromordinal(upper.toordinal() - 1) if upper else None,
        "recipient_words": "、".join(regime.recipients),
    }
