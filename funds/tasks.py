"""Background work of this room."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery.schedules import crontab
from django.utils import timezone

from accounts.models import Bureau
from accounts.services import system_user
from casework.jobs import job, periodic
from casework.one_by_one import OneByOne
from funds import bank_tasks, payment_tasks, runaway_tasks, services  # noqa: F401
from funds.models import DailyCertificate

logger = logging.getLogger(__name__)


@periodic("funds.tasks.confirm_lessons", "到期课时自动确认", crontab(hour=0, minute=20))
def confirm_lessons() -> str:
    """Lessons whose clock ran out become the institution's money."""
    done = services.lessons_auto_confirm(actor=system_user(), today=timezone.localdate(), at=timezone.now())
    words = f"确认 {done.count} 课时，{done.fen / 100:,.2f} 元"
    return f"{words}；未完成：{'；'.join(done.failed)}" if done.failed else words


@periodic("funds.tasks.agree_refunds", "退费逾期未答复视为同意", crontab(hour=0, minute=40))
def agree_refunds() -> str:
    """Silence of institutions counts as consent after the last day."""
    failed: list[str] = []
    done = services.refunds_auto_agree(
        actor=system_user(), today=timezone.localdate(), at=timezone.now(), failed=failed
    )
    return _told(f"视为同意 {done} 件", failed)


def _told(words: str, failed: list[str]) -> str:
    """What a run did; raises RuntimeError with the names of what failed, so that the run is seen as failed."""
    if failed:
        raise RuntimeError(f"{words}；未完成 {len(failed)} 件：{'；'.join(failed)}")
    return words


@periodic("funds.tasks.make_certificates", "每日资金证明", crontab(hour=1, minute=10))
def make_certificates() -> str:
    """What was owed to families yesterday, against what lay in custody; missed days are made up."""
    yesterday, failed = timezone.localdate() - timedelta(days=1), list[str]()
    before = DailyCertificate.objects.count()
    days = services.certificates_catch_up(
        actor=system_user(), until=yesterday, at=timezone.now(), failed=failed
    )
    made = DailyCertificate.objects.count() - before
    late = f"（补 {len(days) - 1} 天）" if len(days) > 1 else ""
    return _told(f"至 {yesterday:%Y-%m-%d}{late}生成 {made} 份", failed)


@periodic("funds.tasks.purge_sheets", "清除没有确认的预收费表格", crontab(hour=3, minute=5))
def purge_sheets() -> str:
    """Sheets that nobody confirmed within thirty days go with their files."""
    failed: list[str] = []
    done = services.sheets_purge(actor=system_user(), at=timezone.now(), failed=failed)
    done += services.outside_purge(actor=system_user(), at=timezone.now(), failed=failed)
    return _told(f"清除 {done} 份", failed)


@periodic("funds.tasks.clear_families", "清除到期的家长和学员信息", crontab(hour=3, minute=40))
def clear_families() -> str:
    """Families' names and numbers leave contracts past their term; one bureau's trouble holds up no other."""
    run = OneByOne("clearing families")
    done = run.each(
        Bureau.objects.filter(is_active=True).select_related("region").order_by("pk"), _clear_bureau
    )
    return _told(f"清除 {done} 份合同的家长和学员信息", run.failed)


def _clear_bureau(bureau: Bureau) -> int:
    done, now = 0, timezone.now()
    while ran := services.families_clear(
        actor=system_user(), bureau=bureau, today=timezone.localdate(now), at=now
    ):
        done += ran.contracts_n
    return done


@periodic("funds.tasks.judge_warnings", "资金预警", crontab(hour=2, minute=10))
def judge_warnings() -> str:
    """Keep yesterday's facts of every institution and judge them; one failure does not hold up other counties."""
    done, failed = services.Ran(), []
    for bureau in Bureau.objects.select_related("region"):
        try:
            ran = _judge(bureau)
        except Exception:
            logger.exception("warnings of bureau %s could not be judged", bureau.pk)
            failed.append(bureau.pk)
            continue
        done.raised += ran.raised
        done.risen += ran.risen
        done.ended += ran.ended
    if failed:
        raise RuntimeError(f"bureaus not judged: {failed}")
    return f"新预警 {done.raised} 条，升级 {done.risen} 条，条件消除 {done.ended} 条"


@job
def judge_bureau(bureau_id: int) -> None:
    """Judge a county anew, when a statement showed money that left without an instruction."""
    _judge(Bureau.objects.select_related("region").get(pk=bureau_id))


def _judge(bureau: Bureau) -> services.Ran:
    """Up to yesterday: the last day of which a bank may have told."""
    yesterday = timezone.localdate() - timedelta(days=1)
    services.days_write(bureau=bureau, until=yesterday)
    return services.warnings_run(actor=system_user(), bureau=bureau, on=yesterday)
