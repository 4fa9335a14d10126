"""Importing sheets: receive, match columns, check (nothing is written), decide, apply all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Max, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.models import Bureau, Region, RegionLevel, User
from casework import audit
from casework.canonical import sha256_hex
from casework.copying import CopyFile
from casework.errors import DomainError, NotAllowed, Unlawful, WrongState
from casework.jobs import enqueue, job_fail, job_finish, job_progress, job_start
from casework.models import JobRun
from casework.records import root_fields
from institutions.models import (
    Decision,
    ImportBatch,
    ImportRow,
    ImportState,
    Institution,
    RowKind,
)
from institutions.search import normalise
from institutions.services.bulk import apply_rows
from institutions.services.matching import Register, classify, load_register
from institutions.sheets.cleaning import Cleaned, Places, clean_row, is_total
from institutions.sheets.columns import BY_KEY, best_sheet
from institutions.sheets.guard import check_sheet
from institutions.sheets.reading import Grid, read_grids, text_of

IMPORT_LOCK = 0x1A57
BATCH = 1000


def _require(actor: User) -> None:
    if not actor.may("institutions.institution_import"):
        raise NotAllowed("您没有“导入机构表格”的权限，请联系监管股办理。")


@transaction.atomic
def import_receive(
    *, actor: User, upload: UploadedFile[Any] | ContentFile[bytes], name: str, bureau: Bureau | None = None
) -> ImportBatch:
    """Check and keep an uploaded sheet, and guess its columns. Nothing enters the register.

    Raises Unlawful for anything that is not a harmless sheet, in words that say what to do.
    """
    _require(actor)
    stream: Any = upload.file or upload
    kind = check_sheet(stream, upload.size or 0, name)
    data = bytes(stream.read())
    grid, heading = best_sheet(read_grids(data, kind))
    if heading.score == 0 or not any(column.target == "name" for column in heading.columns):
        raise Unlawful("没有找到表头。请确认前 15 行内有一行写明“机构名称”等列名。")
    owner = bureau or actor.bureau
    if owner is None:
        raise Unlawful("请指明导入到哪个主管部门。")
    batch = ImportBatch(
        **root_fields(actor=actor, region=owner.region, bureau=owner),
        file_name=name[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        sheet=grid.sheet,
        header_row=heading.row,
        header_rows=heading.height,
        mapping={"kind": kind, "columns": [[c.index, c.label, c.target] for c in heading.columns]},
    )
    batch.stored_as = storages["sealed"].save(f"imports/{batch.uid.hex}.{kind}", ContentFile(data))
    batch.save(force_insert=True)
    audit.record(actor=actor, verb="institutions.import_receive", target=batch)
    return batch


@transaction.atomic
def import_match(*, actor: User, batch: ImportBatch, targets: dict[int, str]) -> ImportBatch:
    """Fix which column holds which fact and start the check. Raises Unlawful, WrongState."""
    _require(actor)
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state in {ImportState.APPLYING, ImportState.APPLIED, ImportState.CHECKING}:
        raise WrongState("这次导入正在处理或已经完成，不能再改列的对应。")
    chosen = [target for target in targets.values() if target]
    if "name" not in chosen:
        raise Unlawful("请指定哪一列是“机构名称”。")
    twice = sorted({BY_KEY[target].label for target in chosen if chosen.count(target) > 1})
    if twice:
        raise Unlawful(f"有两列都对应到“{'、'.join(twice)}”，请只留一列。")
    columns = [[index, label, targets.get(index, "")] for index, label, _ in locked.mapping["columns"]]
    locked.mapping = {**locked.mapping, "columns": columns}
    return _check_start(actor, locked)


def _check_start(actor: User, locked: ImportBatch) -> ImportBatch:
    locked.state, locked.message, locked.counts = ImportState.CHECKING, "", {}
    locked.job = job_start(
        actor=actor, bureau=locked.bureau, kind="institution_check", label=f"核对“{locked.file_name}”"
    )
    locked.version += 1
    locked.save()
    enqueue("institutions.tasks.check_import", locked.pk)
    return locked


def import_check(*, batch_id: int) -> ImportBatch:
    """Work out for every row what an import would do, and why. Safe to run again."""
    batch = ImportBatch.objects.select_related("bureau__region", "job", "created_by").get(pk=batch_id)
    if batch.state != ImportState.CHECKING:
        return batch
    try:
        return _check(batch)
    except DomainError as error:
        return _fail(batch, error.message)
    except Exception:
        _fail(batch, "核对时出现意外错误，机构档案没有任何改动。请重试；仍失败时请联系管理员。")
        raise


def _check(batch: ImportBatch) -> ImportBatch:
    with storages["sealed"].open(batch.stored_as) as stored:
        grids = read_grids(stored.read(), batch.mapping["kind"])
    grid = next(item for item in grids if item.sheet == batch.sheet)
    register = load_register(batch.bureau)
    baseline = register_fingerprint(batch.bureau)
    with CopyFile(ImportRow) as file:
        for rows in _batched(_rows(batch, grid, register, timezone.localdate()), BATCH):
            file.add(rows)
        del grids, grid, register
        return _checked(batch, file, baseline)


def _checked(batch: ImportBatch, file: CopyFile, baseline: str) -> ImportBatch:
    with transaction.atomic():
        batch.rows.all().delete()
        count = file.insert()
        counts = dict(batch.rows.order_by().values_list("kind").annotate(n=Count("pk")))
        batch.counts, batch.baseline, batch.state = counts, baseline, ImportState.CHECKED
        batch.version += 1
        batch.save()
        if batch.job:
            job_finish(
                batch.job, message=counts_words(counts), result={"rows": count, "url": _address(batch)}
            )
    return batch


def _address(batch: ImportBatch) -> str:
    return reverse("institutions:import_detail", args=[batch.uid])


def counts_words(counts: dict[str, int]) -> str:
    """新增 3 行，变更 1 行……"""
    return "，".join(
        f"{RowKind(kind).label} {counts[kind]} 行" for kind in RowKind.values if counts.get(kind)
    )


def _rows(batch: ImportBatch, grid: Grid, register: Register, today: date) -> Iterator[ImportRow]:
    targets = {index: target for index, _, target in batch.mapping["columns"] if target}
    width = max(index for index, _, _ in batch.mapping["columns"]) + 1
    first = batch.header_row + batch.header_rows
    places = places_of(batch.bureau)
    heads = {
        index: {
            text_of(grid.header_cell(batch.header_row + step, index)) for step in range(batch.header_rows)
        }
        for index in targets
    }
    for offset, cells in enumerate(grid.rows[first:]):
        number = first + offset + 1
        texts = [text_of(cell) for cell in cells[:width]]
        if not any(texts):
            continue
        row = ImportRow(batch=batch, number=number, raw=texts)
        facts = {target: cells[index] for index, target in targets.items() if index < len(cells)}
        skip = _ignored(cells, texts, heads)
        if skip:
            row.kind, row.reasons = RowKind.IGNORED, [skip]
        else:
            _judge(row, clean_row(facts, places, today), register)
        yield row
        if batch.job and offset % 5000 == 0:
            job_progress(batch.job, offset, len(grid.rows) - first)


def _batched(rows: Iterable[ImportRow], size: int) -> Iterator[list[ImportRow]]:
    source = iter(rows)
    while some := list(islice(source, size)):
        yield some


def _ignored(cells: list[Any], texts: list[str], heads: dict[int, set[str]]) -> str:
    if is_total(cells):
        return "合计或落款行，不是机构。"
    filled = [index for index in heads if index < len(texts) and texts[index]]
    is_head = len(filled) >= 2 and all(texts[index] in heads[index] for index in filled)
    return "重复的表头行。" if is_head else ""


def _judge(row: ImportRow, cleaned: Cleaned, register: Register) -> None:
    row.name = str(cleaned.values.get("name", ""))[:200]
    row.values = cleaned.values
    if cleaned.problems:
        row.kind, row.reasons = RowKind.REJECTED, cleaned.problems
        return
    verdict = classify(register, row.number, cleaned.values)
    row.kind, row.changes = verdict.kind, verdict.changes
    row.institution_id = verdict.institution_id
    row.values = verdict.values
    row.reasons = [*verdict.reasons, *cleaned.warnings]


def places_of(bureau: Bureau) -> Places:
    """Townships of the bureau's region by name, short name and code."""
    regions = Region.objects.filter(path__startswith=bureau.region.path, valid_to__isnull=True)
    by_name: dict[str, str] = {}
    by_code: dict[str, str] = {}
    for region in regions.filter(level=RegionLevel.TOWNSHIP):
        name = normalise(region.name)
        short = name
        for suffix in ("街道办事处", "街道", "土家族乡", "镇", "乡"):
            short = short.removesuffix(suffix)
        for word in (name, short, f"{short}镇", f"{name}办事处", f"{name}人民政府", f"{short}街道办事处"):
            by_name.setdefault(word, region.code)
        by_code[region.code] = by_code[region.code.rstrip("0")] = region.code
    county = bureau.region
    words = [county.name, *([county.parent.name] if county.parent else [])]
    return Places(by_name, by_code, tuple(sorted(map(normalise, words), key=len, reverse=True)))


def register_fingerprint(bureau: Bureau) -> str:
    """Changes whenever a record of the bureau is added or edited."""
    rows = Institution.objects.filter(bureau=bureau)
    facts = rows.aggregate(n=Count("pk"), versions=Sum("version"), last=Max("pk"), at=Max("updated_at"))
    return sha256_hex({key: str(value) for key, value in facts.items()})


@transaction.atomic
def import_decide(*, actor: User, batch: ImportBatch, decisions: dict[int, str]) -> int:
    """Keep what a person decided about suspected duplicates ({row number: Decision}); returns how many."""
    _require(actor)
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != ImportState.CHECKED:
        raise WrongState("只有核对完成、还没有导入时才能处理疑似重复。请刷新页面。")
    count = 0
    for decision in Decision.values:
        numbers = [number for number, chosen in decisions.items() if chosen == decision]
        rows = locked.rows.filter(kind=RowKind.SUSPECT, number__in=numbers)
        if decision == Decision.MERGE:
            rows = rows.filter(institution__isnull=False)
        count += rows.update(decision=decision)
    return count


@transaction.atomic
def import_confirm(*, actor: User, batch: ImportBatch) -> ImportBatch:
    """Start writing a checked import; the second click finds it already started."""
    _require(actor)
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state in {ImportState.APPLYING, ImportState.APPLIED}:
        return locked
    if locked.state != ImportState.CHECKED:
        raise WrongState("请先完成核对，再确认导入。")
    locked.state = ImportState.APPLYING
    locked.version += 1
    locked.job = job_start(
        actor=actor, bureau=locked.bureau, kind="institution_import", label=f"导入“{locked.file_name}”"
    )
    locked.save()
    enqueue("institutions.tasks.apply_import", locked.pk, actor.pk)
    return locked


def import_apply(*, batch_id: int, actor_id: int, at: datetime | None = None) -> ImportBatch:
    """Write every confirmed row or none; when the register has changed since the check, check again instead."""
    batch = ImportBatch.objects.select_related("bureau__region", "job").get(pk=batch_id)
    actor = User.objects.get(pk=actor_id)
    try:
        return _apply(batch_id, actor, at or timezone.now())
    except DomainError as error:
        return _fail(batch, error.message)
    except DatabaseError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        why = "有两行使用了同一个统一社会信用代码" if name.endswith("_uscc") else "有内容不符合档案规则"
        return _fail(batch, f"{why}，已全部撤回，机构档案没有任何改动。请改正表格后重新导入。")


@transaction.atomic
def _apply(batch_id: int, actor: User, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != ImportState.APPLYING:
        return batch
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, batch.bureau_id])
    if register_fingerprint(batch.bureau) != batch.baseline:
        return _again(actor, batch)
    written = apply_rows(actor=actor, batch=batch, at=at)
    batch.state, batch.applied_at, batch.rows_hash = ImportState.APPLIED, at, written.rows_hash
    batch.counts = {**batch.counts, "created": written.created, "updated": written.updated}
    batch.version += 1
    batch.save()
    audit.record(
        actor=actor,
        verb="institutions.import_apply",
        target=batch,
        changes={
            "新增": [0, written.created],
            "变更": [0, written.updated],
            "写入行指纹": ["", written.rows_hash],
            "文件指纹": ["", batch.sha256],
        },
        at=at,
    )
    if batch.job:
        words = f"新增 {written.created} 家，变更 {written.updated} 家"
        job_finish(batch.job, message=words, result={"url": _address(batch)})
    return batch


def _again(actor: User, batch: ImportBatch) -> ImportBatch:
    if batch.job:
        job_finish(batch.job, message="核对之后机构档案有变动，已重新核对，请再次确认。")
    batch = _check_start(actor, batch)
    batch.message = "核对之后机构档案有变动，已自动重新核对，请再次确认。"
    batch.save(update_fields=["message"])
    return batch


def _fail(batch: ImportBatch, message: str) -> ImportBatch:
    ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.FAILED, message=message[:300])
    job = JobRun.objects.filter(pk=batch.job_id).first() if batch.job_id else None
    if job:
        job_fail(job, message)
    batch.refresh_from_db()
    return batch


def preview(batch: ImportBatch, rows: int = 5) -> list[list[str]]:
    """The first rows under the heading, for the page on which columns are matched."""
    with storages["sealed"].open(batch.stored_as) as stored:
        grids = read_grids(stored.read(), batch.mapping["kind"])
    grid = next(item for item in grids if item.sheet == batch.sheet)
    first = batch.header_row + batch.header_rows
    width = len(batch.mapping["columns"])
    filled = [row for row in grid.rows[first : first + 50] if any(text_of(cell) for cell in row)]
    return [[text_of(cell) for cell in (row + [None] * width)[:width]] for row in filled[:rows]]


audit.verb("institutions.import_receive", "上传机构表格")
audit.verb("institutions.import_apply", "导入机构表格")
