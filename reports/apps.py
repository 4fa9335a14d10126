"""Reports: the room that counts what the others did."""

from __future__ import annotations

from uuid import UUID

from django.apps import AppConfig

from accounts.roles import BUREAU_ROLES, Role, grant


class ReportsConfig(AppConfig):
    """Above every room whose rows it counts."""

    name = "reports"
    verbose_name = "报表与报送"

    def ready(self) -> None:
        from casework import outbox, registries
        from reports import delivery, indicators, workflow, worklists  # noqa: F401

        readers = (*BUREAU_ROLES, Role.SUPERVISOR)
        grant("reports.period_view", "查看报表", readers)
        grant("reports.figures_view", "查看统计数据", readers)
        grant("reports.regime_edit", "维护报送安排", (Role.LEADER, Role.SECTION_HEAD))
        grant("reports.edition_freeze", "冻结报表数据", (Role.DATA_CLERK, Role.SECTION_HEAD))
        grant("reports.edition_fill", "填报报表", (Role.DATA_CLERK, Role.SECTION_HEAD))
        grant("reports.edition_review", "审核报表", (Role.SECTION_HEAD, Role.LEADER))
        grant("reports.edition_approve", "签发报表", (Role.LEADER,))
        grant("reports.edition_submit", "报送报表", (Role.DATA_CLERK, Role.SECTION_HEAD))
        grant("reports.edition_correct", "更正报表", (Role.DATA_CLERK, Role.SECTION_HEAD))
        grant("reports.receipt_record", "登记报送回执", (Role.DATA_CLERK, Role.SECTION_HEAD))
        grant("reports.counties_view", "查看下级报送情况", (Role.SUPERVISOR,))
        registries.add_nav(
            registries.NavEntry("回头看报表", "reports:home", "report", 300, "reports.period_view")
        )
        registries.add_nav(
            registries.NavEntry("统计数据", "reports:figures", "chart-bar", 310, "reports.figures_view")
        )
        registries.object_urls["reports.reportperiod"] = _period_url
        registries.add_worklist(
            registries.Worklist("reports", "报表报送", worklists.items, permission="reports.period_view")
        )
        registries.add_kpis(worklists.kpis)
        registries.add_document_owner("reports.reportedition", worklists.may_open_document)
        registries.add_blocker("casework.OfficialDocument", "withdraw", worklists.own_withdrawal)
        indicators.register_all()
        outbox.channel(delivery.CHANNEL, delivery.deliver, "上级平台交换目录")


def _period_url(uid: UUID) -> str:
    from django.urls import reverse

    return reverse("reports:period_detail", kwargs={"uid": uid})
