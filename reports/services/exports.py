"""Making files from editions."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from casework import audit, jobs
from casework.canonical import sha256_hex
from casework.errors import DomainError, NotAllowed, WrongState
from casework.models import JobRun, JobState
from reports.exports.files import file_name, render
from reports.models import ExportKind, ReportEdition, ReportExport


@transaction.atomic
def edition_export(
    *, actor: User, edition: ReportEdition, kind: str, now: datetime | None = None
) -> ReportExport:
    """Make and keep one file of an approved edition, once; a second call returns the first file.

    Interrupted in the middle it leaves no row; the next call writes the same bytes. Raises NotAllowed,
    WrongState before the approval.
    """
    if not actor.may("reports.period_view"):
        raise NotAllowed("您没有“查看报表”的权限。")
    locked = ReportEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if not locked.is_sealed:
        raise WrongState("本版尚未签发，只能查看草稿。签发后再生成正式文件。")
    known = locked.exports.filter(kind=kind).first()
    if known is not None:
        return known
    content = render(locked, kind)
    digest = sha256_hex(content)
    export = ReportExport(
        edition=locked,
        kind=kind,
        file_name=file_name(locked, kind),
        stored_name=_keep(locked, kind, digest, content),
        sha256=digest,
        size=len(content),
        created_at=now or timezone.now(),
        created_by=actor,
    )
    export.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="reports.edition_export",
        target=export,
        changes={"kind": [None, kind], "sha256": [None, digest]},
        at=now,
    )
    return export


def _keep(edition: ReportEdition, kind: str, digest: str, content: bytes) -> str:
    name = f"reports/{edition.period.bureau_id}/{edition.uid.hex}/{digest[:16]}.{_suffix(kind)}"
    if default_storage.exists(name):
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(content))


def _suffix(kind: str) -> str:
    return "zip" if kind == ExportKind.PACKAGE else kind.lower()


@transaction.atomic
def export_request(*, actor: User, edition: ReportEdition, kind: str) -> JobRun:
    """Let a worker make the file; the person watches the job."""
    label = f"生成{ExportKind(kind).label}：{edition}"[:120]
    job = jobs.job_start(
        actor=actor, bureau=edition.period.bureau, kind="REPORT_EXPORT", label=label, total=1
    )
    jobs.enqueue("reports.tasks.export_run", job.pk, edition.pk, kind)
    return job


def export_run(*, job: JobRun, edition: ReportEdition, kind: str) -> None:
    """The worker's part; running it again changes nothing."""
    if job.state in {JobState.DONE, JobState.FAILED}:
        return
    jobs.job_progress(job, 0, 1)
    try:
        export = edition_export(actor=job.created_by, edition=edition, kind=kind)
    except DomainError as error:
        jobs.job_fail(job, error.message)
        return
    url = reverse("reports:export_download", kwargs={"uid": export.uid})
    jobs.job_finish(job, message=f"SHA-256 {export.sha256}", result={"export": str(export.uid), "url": url})


audit.verb("reports.edition_export", "生成报表文件")
