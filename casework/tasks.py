"""Workers' entry points of this room: each takes ids and calls one service."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from celery.schedules import crontab, schedule
from django.utils import timezone

from accounts.models import Bureau
from casework import audit, outbox
from casework.documents.services import document_render as render_files
from casework.evidence.services import discarded_remove
from casework.jobs import job, periodic
from casework.models import OfficialDocument
from casework.operations import services as operations

LOOK_BACK = timedelta(days=7)  # nights that may have been missed


@job
def document_render(document_id: int) -> None:
    """Render one document's files."""
    render_files(document=OfficialDocument.objects.get(pk=document_id))


@job
def outbox_deliver(message_id: int) -> None:
    """Try to deliver one message."""
    outbox.outbox_deliver(message_id=message_id, now=timezone.now())


@periodic("casework.tasks.audit_seal", "封存审计记录", schedule(timedelta(seconds=2)))
def audit_seal() -> str | None:
    """Link new audit events into the chain."""
    sealed = audit.seal_pending()
    return f"封存 {sealed} 条" if sealed else None


@periodic("casework.tasks.audit_anchor", "公布每日审计锚点", crontab(hour=0, minute=5))
def audit_anchor() -> str:
    """Anchor yesterday's chain of every bureau."""
    audit.seal_pending()
    now = timezone.now()
    yesterday = timezone.localdate(now) - timedelta(days=1)
    anchors = [audit.anchor_day(bureau=bureau, day=yesterday, now=now) for bureau in Bureau.objects.all()]
    return f"公布 {sum(anchor is not None for anchor in anchors)} 个锚点"


@periodic("casework.tasks.outbox_send_due", "发送到期的对外报送", crontab(minute="*/5"))
def outbox_send_due() -> str:
    """Retry messages whose next attempt is due."""
    now = timezone.now()
    sent = sum(outbox.outbox_deliver(message_id=pk, now=now) for pk in outbox.outbox_due(now))
    return f"送出 {sent} 件"


@periodic("casework.tasks.remove_discarded", "清除材料时中断留下的文件", crontab(hour=4, minute=20))
def remove_discarded() -> str:
    """A worker that was killed while it discarded files may have left their bytes."""
    left = discarded_remove(since=timezone.now() - LOOK_BACK)
    return f"清除 {left} 个文件"


@job
def audit_verify(job_uid: str) -> None:
    """Recompute one bureau's audit chain for the person who asked."""
    operations.chain_verify_run(job_uid=UUID(job_uid))


@periodic("casework.tasks.audit_verify_all", "每日核验审计链", crontab(hour=1, minute=30))
def audit_verify_all() -> str:
    """Recompute every bureau's chain; the first problem makes the run fail, which raises the alarm."""
    audit.seal_pending()
    bureaus = [0, *Bureau.objects.order_by("pk").values_list("pk", flat=True)]
    for problem in filter(None, map(audit.verify, bureaus)):
        raise audit.ChainBroken(problem)
    return f"核验 {len(bureaus)} 条链，均完整"
