"""The plan of a draw on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import User
from casework import policy
from casework.models import PolicyValue
from casework.web.fields import DayField, MomentField, area
from draws import selectors
from draws.models import Draw, DrawPlanRow, EntropyKind, SkillRule, StratumBy
from draws.pools import CHOICE_FILTERS
from draws.strata import EVERY, SHARES, UNRATED
from inspections.selectors import campaign_choices, checklist_choices, organ_choices

RATES = {
    "HIGH": "draw.rate.high",
    "MEDIUM": "draw.rate.medium",
    "LOW": "draw.rate.low",
    UNRATED: "draw.rate.unrated",
    EVERY: "draw.rate.unrated",
}
BASIS = "《国务院关于在市场监管领域全面推行部门联合“双随机、一公开”监管的意见》（国发〔2019〕5号）"
CONDITION_NAMES = ("regions", *CHOICE_FILTERS, "not_visited_since")


class OrgansChoice(forms.ModelMultipleChoiceField):
    """Organs by short name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.short_name)


class RowChoice(forms.ModelChoiceField):
    """Rows of the year's plan with their window."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.plan.year}年 {obj}（{obj.window}，{obj.percent}%）"


class DrawForm(forms.ModelForm):
    """The whole plan of a draw on one page."""

    plan_row = RowChoice(
        label="年度计划事项",
        queryset=None,
        required=False,
        empty_label="计划外抽查",
        help_text="已公布年度双随机抽查计划的，选对应的事项；计划外的须写明理由。",
    )
    planned_on = DayField(label="检查开始日期")
    planned_until = DayField(label="检查结束日期")
    entropy_due_at = MomentField(label="公开值产生时间", help_text="必须晚于冻结时间、不晚于检查开始日期。")
    organs = OrgansChoice(
        label="参加抽派的机关",
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="每组执法人员同属一个机关；牵头机关自动参加。",
    )
    skill_rules = forms.MultipleChoiceField(
        label="专业要求", choices=SkillRule.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    regions = forms.TypedMultipleChoiceField(
        label="乡镇（街道）", coerce=int, required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text="不选为全部；按住 Ctrl 可多选。",
    )  # fmt: skip
    strata_by = forms.MultipleChoiceField(
        label="分层依据",
        choices=StratumBy.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="每一层各抽各的；选几项就按几项的组合分层，随名录一起冻结。层分得越细，每层至少抽一家，总数会增加。",
    )
    not_visited_since = DayField(
        label="此日以来没有检查过", required=False, help_text="不填则不论是否检查过。"
    )

    class Meta:
        model = Draw
        fields = (
            "title",
            "lead_organ",
            "campaign",
            "checklist_version",
            "plan_row",
            "outside_reason",
            "basis",
            "item",
            "planned_on",
            "planned_until",
            "team_size",
            "places_per_team",
            "skill_rules",
            "strata_by",
            "cap_reason",
            "entropy_kind",
            "entropy_source",
            "entropy_due_at",
        )
        widgets = {
            "basis": area(2),
            "outside_reason": area(2),
            "item": area(2),
            "cap_reason": area(2),
            "entropy_source": area(2),
        }

    def __init__(self, *args: Any, actor: User, row: DrawPlanRow | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        fields: dict[str, Any] = dict(self.fields)
        fields["lead_organ"].queryset = organ_choices(actor)
        fields["organs"].queryset = organ_choices(actor)
        fields["plan_row"].queryset = selectors.plan_rows_in_force(actor)
        fields["campaign"].queryset = campaign_choices(actor, today)
        fields["checklist_version"].queryset = checklist_choices(actor, today)
        fields["regions"].choices = [(town.pk, town.name) for town in selectors.towns_of(actor)]
        for name, (_, label, choices) in CHOICE_FILTERS.items():
            pairs = [*choices.choices, *([(UNRATED, "未评定")] if name == "risk_levels" else [])]
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=pairs, required=False, widget=forms.CheckboxSelectMultiple
            )
        for code, label in SHARES:
            self.fields[f"share_{code}"] = forms.IntegerField(
                label=f"{label}（%）",
                min_value=0,
                max_value=100,
                required=False,
                help_text="分层依据没有选风险等级时用。" if code == EVERY else "",
            )
        fields["campaign"].help_text = "不属于专项行动的可以不选。"
        fields["basis"].help_text = "文件名称和文号，写入检查通知书。"
        fields["item"].help_text = "检查通知书中的事项清单，超出事项的不得检查。"
        fields["places_per_team"].help_text = "每组执法人员检查几家。"
        fields["cap_reason"].help_text = "总比例超过参考上限时填写，会写入审计记录。"
        fields["entropy_source"].help_text = (
            "写到别人能独自找到为止，例如“中国福利彩票双色球 2026 年第 135 期开奖号码”“drand quicknet 第 …… 轮”；"
            "掷骰写明会议名称和掷几次。"
        )
        fields["outside_reason"].help_text = "没有对应计划事项的填写，理由会公布。"
        self._start(actor)
        if row is not None and not self.instance.pk:
            self._from_row(row)

    def _from_row(self, row: DrawPlanRow) -> None:
        """What the year's plan has decided already."""
        share = row.per_10000 // 100
        self.initial.update(row.filters)
        self.initial.update({f"share_{code}": share for code, _ in SHARES})
        self.initial.update(
            {
                "plan_row": row.pk,
                "title": row.item[:80],
                "item": row.item,
                "lead_organ": row.lead_organ_id,
                "organs": list(row.partners.all()),
            }
        )

    def _start(self, actor: User) -> None:
        draw = self.instance
        if draw.pk:
            self.initial.update({name: draw.filters.get(name) for name in CONDITION_NAMES})
            self.initial["organs"] = list(draw.organs.all())
            self.initial.update({f"share_{code}": int(draw.shares.get(code, 0)) // 100 for code, _ in SHARES})
            return
        tomorrow = timezone.localtime().replace(hour=21, minute=30, second=0) + timedelta(days=1)
        self.initial.setdefault("lead_organ", actor.organisation_id)
        self.initial.setdefault("strata_by", [StratumBy.RISK.value])
        self.initial.setdefault("basis", BASIS)
        self.initial.setdefault("entropy_kind", EntropyKind.LOTTERY)
        self.initial.setdefault("entropy_due_at", tomorrow)
        self.initial.setdefault("planned_on", timezone.localdate(tomorrow) + timedelta(days=1))
        self.initial.setdefault("planned_until", timezone.localdate(tomorrow) + timedelta(days=5))
        rates: dict[str, PolicyValue] = {}
        if actor.bureau is not None:
            rates = policy.values(RATES.values(), region=actor.bureau.region, on=timezone.localdate())
        for code, key in RATES.items():
            row = rates.get(key)
            self.initial.setdefault(f"share_{code}", int(row.value) if row else 0)
            if row:
                self.fields[f"share_{code}"].help_text = f"参考比例 {row.value}%（{row.cited}）"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("plan_row") and data.get("outside_reason"):
            self.add_error("outside_reason", "已选择年度计划事项，不必再写计划外理由。")
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes, besides the organs."""
        data = self.cleaned_data
        fields = {name: data[name] for name in self._meta.fields or () if name in data}
        return {**fields, "filters": self.conditions(), "shares": self.shares()}

    def conditions(self) -> dict[str, Any]:
        """The conditions of the pool as stored."""
        data = getattr(self, "cleaned_data", {})
        found = {name: data.get(name) for name in CONDITION_NAMES if data.get(name)}
        if since := found.get("not_visited_since"):
            found["not_visited_since"] = since.isoformat()
        return found

    def shares(self) -> dict[str, int]:
        """Shares by layer in ten-thousandths."""
        data = getattr(self, "cleaned_data", {})
        return {code: (data.get(f"share_{code}") or 0) * 100 for code, _ in SHARES}

    def sections(self) -> list[dict[str, Any]]:
        """The form in the order in which it is filled."""
        shares = [f"share_{code}" for code, _ in SHARES]
        groups = (
            ("一、抽查什么", (
                "title", "lead_organ", "plan_row", "outside_reason", "campaign", "checklist_version", "basis",
                "item", "planned_on", "planned_until",
            )),
            ("二、检查对象名录", ("regions", "not_visited_since", *CHOICE_FILTERS)),
            ("三、分层和各层抽取比例（不足一家按一家）", ("strata_by", *shares, "cap_reason")),
            ("四、执法人员", ("team_size", "places_per_team", "organs", "skill_rules")),
            ("五、事先公布的公开值", ("entropy_kind", "entropy_due_at", "entropy_source")),
        )  # fmt: skip
        return [{"title": title, "fields": [self[name] for name in names]} for title, names in groups]
