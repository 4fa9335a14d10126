"""Verifying the audit chain as long work that a person watches."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from casework import audit, jobs
from casework.errors import NotAllowed
from casework.models import AuditSeal, JobRun
from casework.operations.selectors import CHAIN_JOB


@transaction.atomic
def chain_verify_start(*, actor: User) -> JobRun:
    """Have a worker recompute the whole chain of the actor's bureau; the verification is audited itself."""
    if not actor.may("casework.audit_view") or actor.bureau is None:
        raise NotAllowed("您没有“查看审计记录”的权限。")
    job = jobs.job_start(actor=actor, bureau=actor.bureau, kind=CHAIN_JOB, label="核验审计链")
    audit.record(actor=actor, verb="casework.audit_verify", target=job)
    jobs.enqueue("casework.tasks.audit_verify", str(job.uid))
    return job


def chain_verify_run(*, job_uid: UUID) -> JobRun:
    """Seal what is waiting, recompute every link and keep the verdict on the job."""
    job = JobRun.objects.get(uid=job_uid)
    try:
        return _verified(job)
    except Exception:
        jobs.job_fail(job, "核验没有完成，请稍后再试；如仍失败请联系系统维护人员。")
        raise


def _verified(job: JobRun) -> JobRun:
    audit.seal_pending()
    length = AuditSeal.objects.filter(bureau_id=job.bureau_id).count()
    problem = audit.verify(job.bureau_id)
    verdict = problem.sentence if problem else ""
    return jobs.job_finish(
        job,
        message=f"发现问题：{verdict}" if problem else f"已核验，{length} 条审计记录完整、前后衔接。",
        result={
            "length": length,
            "problem": verdict,
            "sequence": problem.sequence if problem else 0,
            "url": reverse("casework:audit_list"),
        },
    )


audit.verb("casework.audit_verify", "核验审计链")
