"""Filter bars of the desk of clues."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone

from complaints.models import Channel, Clue, ClueKind, ClueStatus, Outcome, RoutingRule, Solved
from complaints.models.clues import WORDS
from complaints.selectors import desk, statistics
from institutions.models import Institution
from measures.selectors import towns

DAY = forms.DateInput(attrs={"type": "date"})
STATES = [
    ("OPEN", "全部在办"),
    ("MINE", "我的"),
    ("REOPEN", "要求重办"),
    ("COUNTED", "计入统计"),
    ("ACCEPTED", "已受理"),
    *ClueStatus.choices,
]
DUE = [("LATE", "逾期"), ("SOON", "三日内到期"), ("NONE", "期限待算"), ("EVER_LATE", "曾逾期（含已办结）")]


def towns_of(request: Any) -> Any:
    """Townships inside the reader's reach."""
    return towns(request.user)


def organs_of(request: Any) -> Any:
    """Bodies that a clue may go to."""
    return desk.organs(request.user)


def choice(label: str, choices: Any, **kwargs: Any) -> django_filters.ChoiceFilter:
    """A choice that may stay open."""
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label="全部", **kwargs)


def _any_of(column: str, rows: QuerySet[Any]) -> Func:
    """Whether the column is the key of one of the rows. Unlike IN, an index serves it inside an OR."""
    keys = ArraySubquery(rows.values("pk"))
    return Func(
        F(column), keys, arg_joiner=" = ANY (", template="(%(expressions)s))", output_field=BooleanField()
    )


class ClueFilter(django_filters.FilterSet):
    """The register of clues."""

    q = django_filters.CharFilter(method="by_words", label="查找", help_text="编号、内容、地点、机构")
    status = choice("状态", STATES, method="by_state")
    channel = choice("来源渠道", Channel.choices)
    kind = choice("反映事项", ClueKind.choices)
    due = choice("期限", DUE, method="by_due")
    outcome = choice("办理结果", Outcome.choices)
    solved = choice(
        "反映人意见",
        [(Solved.YES, "已解决"), (Solved.NO, "没有解决"), ("NONE", "未答复")],
        method="by_solved",
    )
    fixed = choice("整改", [("1", "已确认整改"), ("0", "未确认整改")], method="by_fixed")
    organ = django_filters.ModelChoiceFilter(
        field_name="assigned_organ", label="承办单位", queryset=organs_of, empty_label="全部"
    )
    region = django_filters.ModelChoiceFilter(label="乡镇（街道）", queryset=towns_of, empty_label="全部")
    since = django_filters.DateFilter(method="by_since", label="收到日期自", widget=DAY)
    until = django_filters.DateFilter(method="by_until", label="收到日期至", widget=DAY)

    class Meta:
        model = Clue
        fields = ("q", "status", "channel", "kind", "due", "organ", "region", "outcome")

    def by_words(self, rows: Any, name: str, value: str) -> Any:
        """Number, words, place, institution, ticket."""
        said = Q(words__contains=value.upper())
        named = Institution.objects.filter(name__icontains=value)
        return rows.alias(words=WORDS).filter(said | Q(_any_of("institution", named)))

    def by_state(self, rows: Any, name: str, value: str) -> Any:
        """One state, or a group of states."""
        user = self.request.user
        mine = Q(assignee=user) | Q(assignee__isnull=True, assigned_organ=user.organisation_id)
        groups = {
            "OPEN": lambda: rows.open(),
            "MINE": lambda: rows.filter(mine, status__in=desk.TOWARDS),
            "REOPEN": lambda: rows.filter(reopen_asked_at__isnull=False),
            "COUNTED": lambda: rows.counted(),
            "ACCEPTED": lambda: rows.counted().filter(statistics.ACCEPTED),
        }
        return groups[value]() if value in groups else rows.filter(status=value)

    def by_due(self, rows: Any, name: str, value: str) -> Any:
        """Late, soon, or not computable yet."""
        today = timezone.localdate()
        if value == "LATE":
            return desk.late(rows, today)
        if value == "SOON":
            return desk.due_soon(rows, today)
        if value == "EVER_LATE":
            return rows.counted().filter(statistics.overdue(today))
        waiting = Q(status="RECEIVED", accept_due_on__isnull=True)
        return rows.filter(waiting | Q(status__in=desk.TOWARDS, due_on__isnull=True))

    def by_solved(self, rows: Any, name: str, value: str) -> Any:
        """The reporter's word."""
        return rows.filter(status="CLOSED", solved="" if value == "NONE" else value)

    def by_fixed(self, rows: Any, name: str, value: str) -> Any:
        """Whether the problem is confirmed gone."""
        return rows.filter(fixed_at__isnull=value == "0")

    def by_since(self, rows: Any, name: str, value: Any) -> Any:
        """Received on the day or later."""
        return rows.filter(received_at__gte=statistics.starts(value))

    def by_until(self, rows: Any, name: str, value: Any) -> Any:
        """Received on the day or earlier."""
        return rows.filter(received_at__lt=statistics.ends(value))


class RuleFilter(django_filters.FilterSet):
    """Routing rules."""

    kind = choice("反映事项", ClueKind.choices)
    organ = django_filters.ModelChoiceFilter(label="承办单位", queryset=organs_of, empty_label="全部")

    class Meta:
        model = RoutingRule
        fields = ("kind", "organ")
