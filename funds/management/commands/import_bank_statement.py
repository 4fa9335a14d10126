"""`import_bank_statement FILE --profile P [--account N]`: take in a bank's file, by the same path as the screens."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Bureau, User
from accounts.services import system_user
from casework.crypto import blind_index
from casework.errors import DomainError
from casework.money import fen
from funds import services
from funds.models import BankProfile, Channel, EscrowAccount, FileState, StatementBundle


class Command(BaseCommand):
    """One file for one account, or for many by such a layout; exit code 1 when it is refused."""

    help = "导入一份银行对账单：核对、逐笔入账。不合格的留存并写明原因，退出码为 1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="银行导出的文件")
        parser.add_argument("--profile", required=True, metavar="P", help="对账单模板名称")
        parser.add_argument("--account", metavar="账号", help="监管账户的完整账号；多账户模板的文件不填")
        parser.add_argument("--bureau", metavar="SLUG", help="主管部门；只有一个的不填")
        parser.add_argument("--user", metavar="账号", help="经手人；不填的记为系统")
        parser.add_argument("--opening", metavar="元", help="银行告知的期初余额")
        parser.add_argument("--closing", metavar="元", help="银行告知的期末余额")
        parser.add_argument("--count", type=int, metavar="N", help="银行告知的笔数")
        parser.add_argument("--from", dest="covers_from", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--to", dest="covers_to", type=date.fromisoformat, metavar="DATE")

    def handle(self, *args: Any, **options: Any) -> None:
        account = self._account(options) if options["account"] else None
        profile = self._profile(options, account)
        try:
            shared: dict[str, Any] = {
                "actor": self._actor(options["user"]),
                "profile": profile,
                "data": options["file"].read_bytes(),
                "name": options["file"].name,
                "handover": self._handover(options),
            }
            if account is None:
                self._many(services.bundle_receive(**shared))
                return
            row = services.statement_receive(account=account, **shared)
        except (OSError, ValueError) as error:
            raise CommandError(f"读不出：{error}", returncode=2) from error
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from error
        if row.state == FileState.RECEIVED:  # long files are left to a worker by the screens, not here
            row = services.statement_take(file_id=row.pk)
        if row.refusal:
            raise CommandError(f"不予接收：{row.refusal}", returncode=1)
        self.stdout.write(
            f"{account.account_name}：{row.covers_from} 至 {row.covers_to}，{row.line_count} 笔，"
            f"收入 {row.came_fen / 100:,.2f} 元，支出 {row.went_fen / 100:,.2f} 元，"
            f"期末 {(row.closing_fen or 0) / 100:,.2f} 元，{row.get_state_display()}。"
        )

    def _many(self, row: StatementBundle) -> None:
        if row.state == FileState.RECEIVED:
            row = services.bundle_take(bundle_id=row.pk)
        for told in row.found:
            self.stdout.write(
                f"末四位 {told['tail']} {told['place'] or '没有登记'}：{told['count']} 笔，"
                f"收入 {told['came_fen'] / 100:,.2f} 元，支出 {told['went_fen'] / 100:,.2f} 元"
            )
        if row.refusal:
            raise CommandError(f"不予接收：{row.refusal}", returncode=1)
        self.stdout.write(f"{len(row.found)} 个账户，{row.line_count} 笔，{row.get_state_display()}。")

    def _profile(self, options: dict[str, Any], account: EscrowAccount | None) -> BankProfile:
        rows = BankProfile.objects.filter(is_current=True)
        if account is not None:
            rows = rows.filter(bureau=account.bureau_id)
        elif options["bureau"]:
            rows = rows.filter(bureau__slug=options["bureau"])
        found = list(rows.filter(name=options["profile"])[:2])
        if len(found) > 1:
            raise CommandError("几个主管部门都有这个模板，请写明 --bureau。", returncode=2)
        if not found:
            known = "、".join(rows.values_list("name", flat=True)) or "（还没有）"
            raise CommandError(f"没有名为“{options['profile']}”的模板。现有：{known}", returncode=2)
        return found[0]

    def _account(self, options: dict[str, Any]) -> EscrowAccount:
        rows = EscrowAccount.objects.filter(
            number_digest=blind_index("".join(options["account"].split()))
        ).exclude(status="CLOSED")
        if options["bureau"]:
            bureau = Bureau.objects.filter(slug=options["bureau"]).first()
            rows = rows.filter(bureau=bureau) if bureau else rows.none()
        row = rows.select_related("bank", "institution", "region", "bureau").first()
        if row is None:
            raise CommandError("没有这个账号的监管账户，请核对。", returncode=2)
        return row

    def _actor(self, username: str | None) -> User:
        if not username:
            return system_user()
        person = User.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise CommandError(f"没有账号“{username}”。", returncode=2)
        return person

    def _handover(self, options: dict[str, Any]) -> services.Handover:
        told: dict[str, Any] = {
            f"{name}_fen": fen(options[name]) for name in ("opening", "closing") if options[name]
        }
        return services.Handover(
            Channel.COMMAND,
            count=options["count"],
            covers_from=options["covers_from"],
            covers_to=options["covers_to"],
            **told,
        )
