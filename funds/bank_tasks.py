"""Background work of statements and days."""

from __future__ import annotations

from celery.schedules import crontab
from django.utils import timezone

from casework.jobs import job, periodic
from funds import services


@job
def take_statement(file_id: int) -> None:
    """Check a long statement and post its lines."""
    services.statement_take(file_id=file_id)


@job
def take_bundle(bundle_id: int) -> None:
    """Split a long file of many accounts, check and post each account's part."""
    services.bundle_take(bundle_id=bundle_id)


@periodic("funds.bank_tasks.compare_days", "监管账户日终核对", crontab(hour=1, minute=20))
def compare_days() -> str:
    """Post what waited and compare every account up to yesterday."""
    return f"核对 {services.accounts_compare(today=timezone.localdate())} 个账户日"


@periodic("funds.bank_tasks.resume_statements", "续办中断的银行对账单", crontab(minute="*/10"))
def resume_statements() -> str:
    """Finish files whose worker died half-way."""
    return f"续办 {services.statements_resume(now=timezone.now())} 份"


@periodic("funds.bank_tasks.compare_invoices", "发票、合同、付款人三一致核对", crontab(hour=1, minute=50))
def compare_invoices() -> str:
    """Open what does not agree, clear what agrees now."""
    return f"新发现 {services.bureaus_refresh(today=timezone.localdate())} 件"


@periodic("funds.bank_tasks.forget_nonces", "清理银行接口请求编号", crontab(hour=3, minute=5))
def forget_nonces() -> str:
    """Drop request numbers that are too old to be replayed."""
    return f"清理 {services.nonces_forget(now=timezone.now())} 个"
