"""When things go wrong: killed workers, hostile files, double clicks, two people at one record."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import pytest
from celery import Celery
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from accounts.models import User
from casework.canonical import sha256_hex
from casework.models import EvidenceFile, JobRun, JobState
from institutions.models import ImportBatch, Institution
from reports import services as reports
from reports.models import ExportKind, ReportEdition, ReportExport, ReportFigure, ReportPeriod
from tests.conftest import World
from tests.institutions.factories import licensed, make_institution
from tests.reports.making import frozen_county, moment
from tools import demo as commands

ROOT = Path(__file__).resolve().parents[1]
FAULT_BROKER = 6
WAIT_SECONDS = 60.0
CHINESE = re.compile(r"[\u4e00-\u9fff]")


# -- a real worker on the test database --------------------------------------------------------------------


class Workers:
    """Prefork workers on this test's database, with a queue and a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        parts = connection.settings_dict
        database = f"postgres://{quote(parts['USER'])}:{quote(parts['PASSWORD'])}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
        self.broker = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{FAULT_BROKER}"))
        self.environment = {
            **os.environ,
            "APP_ENV": "development",
            "DATABASE_URL": database,
            "REDIS_URL": self.broker,
            "VAR_DIR": str(folder),
            "EXCHANGE_DIR": str(folder / "exchange"),
            "DOCUMENT_FONT_DIR": str(ROOT / "var" / "fonts"),
            "PYTHONWARNINGS": commands.ROOT_WARNING,
        }
        self.client = Celery(broker=self.broker, set_as_current=False)
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        """One worker with one process in its pool."""
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [*commands.worker_command(1), "-n", f"{uuid4().hex[:6]}@%h"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def send(self, task: str, *arguments: object) -> None:
        """Queue a task."""
        self.client.send_task(task, args=arguments)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """The whole worker at once, as a power cut would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def kill_pool(self, process: subprocess.Popen[bytes]) -> None:
        """Only the process that carries out the task, as the kernel does when memory runs out."""
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert children
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def stop(self) -> None:
        """End what still runs and forget the queue."""
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        import redis

        redis.Redis.from_url(self.broker).flushdb()
        self.client.close()


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Workers]:
    """Real workers; this process reads the files that they write."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
    }
    crew = Workers(tmp_path)
    yield crew
    crew.stop()


def wait_for(sentence: str, happened: Callable[[], bool]) -> None:
    """Until `happened()`; the sentence says what did not."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < deadline, sentence
        time.sleep(0.1)


def waits_for_lock() -> bool:
    """Whether somebody in this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


@contextlib.contextmanager
def table_blocked(model: type[Any]) -> Iterator[None]:
    """Whoever writes into the table now stops in the middle of the work."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN EXCLUSIVE MODE')
        yield


def frozen(period: ReportPeriod) -> bool:
    return ReportEdition.objects.filter(period=period).exists()


def figures_of(period: ReportPeriod) -> list[tuple[str, str, Any]]:
    return list(
        ReportFigure.objects.filter(edition__period=period)
        .order_by("key", "column")
        .values_list("key", "column", "value")
    )


@pytest.mark.slow
@pytest.mark.redis
def test_worker_killed_while_freezing_leaves_nothing_and_the_next_round_freezes_once(
    workers: Workers,
) -> None:
    _, period = frozen_county()
    first = workers.start()
    with table_blocked(ReportFigure):
        workers.send("reports.tasks.periods_freeze")
        wait_for("the worker does not reach the figures", waits_for_lock)
        workers.kill(first)
    wait_for("the dead session is still there", lambda: not waits_for_lock())
    assert not ReportEdition.objects.exists()
    assert not ReportFigure.objects.exists()
    period.refresh_from_db()
    assert period.status == "OPEN"
    workers.start()
    workers.send("reports.tasks.periods_freeze")
    wait_for("the second worker does not freeze", lambda: frozen(period))
    edition = ReportEdition.objects.get(period=period)
    assert edition.number == 1
    assert figures_of(period)


@pytest.mark.slow
@pytest.mark.redis
def test_two_workers_and_two_beats_open_and_freeze_each_period_once(workers: Workers) -> None:
    frozen_county()
    ReportPeriod.objects.all().delete()
    workers.start()
    workers.start()
    for _ in range(4):
        workers.send("reports.tasks.periods_open")
    wait_for("no period is opened", lambda: ReportPeriod.objects.exists())
    for _ in range(4):
        workers.send("reports.tasks.periods_freeze")
    due = lambda: ReportPeriod.objects.filter(status="OPEN", cut_off_at__lt=moment(date(2026, 11, 1)))  # noqa: E731
    wait_for("periods stay open", lambda: frozen_some() and not due().exists())
    time.sleep(1)
    keys = list(ReportPeriod.objects.values_list("regime", "starts_on"))
    assert len(keys) == len(set(keys))
    editions = list(ReportEdition.objects.values_list("period", flat=True))
    assert editions
    assert len(editions) == len(set(editions))


def frozen_some() -> bool:
    return ReportEdition.objects.exists()


def approved_edition() -> tuple[World, ReportEdition]:
    world, period = frozen_county()
    now = moment(date(2026, 9, 27))
    edition = reports.period_freeze(actor=world.system, period=period, now=now)
    reports.figures_fill_zero(actor=world.clerk, edition=edition, now=now)
    reports.edition_review(actor=world.head, period=period, now=now)
    reports.edition_approve(actor=world.leader, period=period, now=now)
    edition.refresh_from_db()
    return world, edition


def export_job(world: World) -> JobRun:
    return JobRun.objects.create(
        bureau=world.bureau, kind="REPORT_EXPORT", label="生成报表文件", total=1, created_by=world.clerk
    )


def stored_bytes(folder: Path) -> dict[str, str]:
    return {path.name: sha256_hex(path.read_bytes()) for path in (folder / "media" / "reports").rglob("*.*")}


@pytest.mark.slow
@pytest.mark.redis
@pytest.mark.parametrize("kind", [ExportKind.XLSX, ExportKind.PACKAGE])
def test_process_killed_while_exporting_leaves_no_report_and_the_retry_gives_the_same_bytes(
    workers: Workers, kind: str
) -> None:
    world, edition = approved_edition()
    worker, job = workers.start(), export_job(world)
    with table_blocked(ReportExport):
        workers.send("reports.tasks.export_run", job.pk, edition.pk, kind)
        wait_for("the worker does not reach the export", waits_for_lock)
        before = stored_bytes(workers.folder)
        workers.kill_pool(worker)
    assert len(before) == 1
    wait_for(
        "the lost task is not taken up again", lambda: JobRun.objects.get(pk=job.pk).state == JobState.DONE
    )
    export = ReportExport.objects.get(edition=edition, kind=kind)
    with default_storage.open(export.stored_name) as stored:
        content = stored.read()
    assert sha256_hex(content) == export.sha256
    assert stored_bytes(workers.folder) == before
    assert set(before.values()) == {export.sha256}


@pytest.mark.slow
@pytest.mark.redis
def test_whole_worker_killed_while_exporting_and_asked_again(workers: Workers) -> None:
    world, edition = approved_edition()
    worker, job = workers.start(), export_job(world)
    with table_blocked(ReportExport):
        workers.send("reports.tasks.export_run", job.pk, edition.pk, ExportKind.DOCX)
        wait_for("the worker does not reach the export", waits_for_lock)
        before = stored_bytes(workers.folder)
        workers.kill(worker)
    assert not ReportExport.objects.exists()
    workers.start()
    again = export_job(world)
    workers.send("reports.tasks.export_run", again.pk, edition.pk, ExportKind.DOCX)
    wait_for("asking again does not help", lambda: JobRun.objects.get(pk=again.pk).state == JobState.DONE)
    assert ReportExport.objects.get(edition=edition).sha256 in before.values()


# -- hostile files -------------------------------------------------------------------------------------------


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of the parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


WORKBOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def bomb() -> bytes:
    return zipped({**WORKBOOK, "xl/worksheets/sheet1.xml": b"0" * (120 * 1024 * 1024)})


def nested_entities() -> bytes:
    lol = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    return zipped({**WORKBOOK, "xl/workbook.xml": lol + b"]><workbook>&j;</workbook>"})


HOSTILE_SHEETS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "not xlsx": ("机构.xlsx", lambda: b"This is not a workbook"),
    "wrong extension": ("机构.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 64),
    "program": ("机构.csv", lambda: b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200),
    "zip bomb": ("机构.xlsx", bomb),
    "macro": ("机构.xlsm", lambda: zipped({**WORKBOOK, "xl/vbaProject.bin": b"x"})),
    "macro renamed": ("机构.xlsx", lambda: zipped({**WORKBOOK, "xl/vbaProject.bin": b"x"})),
    "password": (
        "机构.xlsx",
        lambda: OLE + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 512,
    ),
    "old xls": ("机构.xls", lambda: OLE + b"\x00" * 1024),
    "cut off": ("机构.xlsx", lambda: zipped(WORKBOOK)[:-40]),
    "plain zip": ("机构.xlsx", lambda: zipped({"readme.txt": b"hello"})),
    "empty": ("机构.xlsx", lambda: b""),
    "empty workbook": ("机构.xlsx", lambda: zipped(WORKBOOK)),
    "entities": ("机构.xlsx", nested_entities),
    "path": ("../../etc/passwd.xlsx", lambda: b"root"),
}
HOSTILE_EVIDENCE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "page": ("照片.jpg", lambda: b"<html><script>alert(1)</script></html>"),
    "drawing with script": (
        "照片.png",
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    ),
    "half a photo": ("照片.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\x00" * 40),
    "huge pixels": ("照片.png", lambda: b"\x89PNG\r\n\x1a\n" + png_header(60_000, 60_000)),
    "macro": (
        "记录.docx",
        lambda: zipped(
            {"[Content_Types].xml": b"macroEnabled", "word/document.xml": b"", "word/vbaProject.bin": b"x"}
        ),
    ),
    "program": ("记录.pdf", lambda: b"MZ\x90\x00" + b"\x00" * 200),
    "empty": ("照片.jpg", lambda: b""),
    "apple": ("照片.heic", lambda: b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
}


def png_header(width: int, height: int) -> bytes:
    """The start of a picture that claims to be enormous."""
    import struct
    import zlib

    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


def is_refused(response: Any) -> str:
    """The page after a refused upload: 4xx, or a form with a Chinese sentence; never a server error."""
    assert 400 <= response.status_code < 500, response.status_code
    text = response.content.decode()
    assert 'role="alert"' in text or "invalid-feedback" in text or "field-error" in text
    assert CHINESE.search(text)
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("case", HOSTILE_SHEETS)
def test_hostile_sheets_are_refused_in_words(world: World, sign_in: Any, case: str) -> None:
    name, make = HOSTILE_SHEETS[case]
    client = sign_in(world.clerk)
    response = client.post("/desk/institutions/imports/new/", {"upload": SimpleUploadedFile(name, make())})
    is_refused(response)
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("case", HOSTILE_EVIDENCE)
def test_hostile_evidence_is_refused_in_words(world: World, sign_in: Any, case: str) -> None:
    name, make = HOSTILE_EVIDENCE[case]
    place = make_institution(world)
    client = sign_in(world.officer)
    response = client.post(
        f"/desk/institutions/{place.uid}/evidence/",
        {"upload": SimpleUploadedFile(name, make()), "caption": "现场"},
    )
    is_refused(response)
    assert not EvidenceFile.objects.exists()


@pytest.mark.parametrize(("address", "limit"), [("/desk/institutions/imports/new/", 50), ("evidence", 20)])
def test_oversized_files_are_refused_in_words(world: World, sign_in: Any, address: str, limit: int) -> None:
    place = make_institution(world)
    client = sign_in(world.clerk if limit == 50 else world.officer)
    path = f"/desk/institutions/{place.uid}/evidence/" if address == "evidence" else address
    upload = SimpleUploadedFile("大表.xlsx", b"PK\x03\x04" + b"\x00" * (limit * 1024 * 1024))
    text = is_refused(client.post(path, {"upload": upload}))
    assert f"{limit} MB" in text
    assert not EvidenceFile.objects.exists()
    assert not ImportBatch.objects.exists()


class Endless(io.RawIOBase):
    """A body that promises 200 MB and gives as much as is read."""

    SIZE = 200 * 1024 * 1024

    def __init__(self, head: bytes, tail: bytes, *, breaks_at: int) -> None:
        self.head, self.tail, self.given, self.breaks_at = head, tail, 0, breaks_at

    def read(self, size: int = -1) -> bytes:
        if self.given >= self.breaks_at:
            return b""
        size = min(size if size and size > 0 else 65536, self.breaks_at - self.given)
        part = (self.head + b"0" * size)[:size] if not self.given else b"0" * size
        if self.given + size >= self.SIZE:
            part = part[: -len(self.tail)] + self.tail
        self.given += size
        return part


@pytest.mark.slow
@pytest.mark.parametrize("breaks_at", [Endless.SIZE, 3 * 1024 * 1024], ids=["whole", "broken off"])
def test_two_hundred_megabytes_streamed(world: World, sign_in: Any, breaks_at: int) -> None:
    client = sign_in(world.clerk)
    edge = "xXx"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="idempotency_key"\r\n\r\n{uuid4()}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="upload"; filename="a.xlsx"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    body = Endless(head, f"\r\n--{edge}--\r\n".encode(), breaks_at=breaks_at)
    response = client.request(
        PATH_INFO=f"{client.prefix}/desk/institutions/imports/new/",
        REQUEST_METHOD="POST",
        CONTENT_TYPE=f"multipart/form-data; boundary={edge}",
        CONTENT_LENGTH=str(Endless.SIZE),
        **{"wsgi.input": body},
    )
    is_refused(response)
    assert not ImportBatch.objects.exists()


def test_hostile_file_names_are_harmless(world: World, sign_in: Any) -> None:
    client = sign_in(world.clerk)
    for name in (
        "<img src=x onerror=alert(1)>.xlsx",
        "a" * 300 + ".xlsx",
        "..\\..\\windows.xlsx",
        "名\x00单.xlsx",
    ):
        text = is_refused(
            client.post("/desk/institutions/imports/new/", {"upload": SimpleUploadedFile(name, b"nothing")})
        )
        assert "<img src=x" not in text


# -- double clicks -------------------------------------------------------------------------------------------


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Results (or errors) of several calls that begin together."""
    gate, results = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=20)
            results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the asserting thread
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def typed(values: dict[str, Any]) -> dict[str, Any]:
    """Form data as a browser sends it."""
    return {key: getattr(value, "pk", value) for key, value in values.items() if value not in (None, "", [])}


def filled(client: Any, path: str, **changes: Any) -> dict[str, Any]:
    """What the form on the page holds when it opens, with `changes` typed over it."""
    form = client.get(path).context["form"]
    return typed({name: form[name].value() for name in form.fields} | changes)


def post_twice(sign_in: Any, user: User, path: str, data: dict[str, Any]) -> list[Any]:
    """The same form sent by two requests at once."""
    clients = [sign_in(user), sign_in(user)]
    return at_once([lambda client=client: client.post(path, data) for client in clients])


def redirects(responses: list[Any]) -> set[str]:
    """Where the answers lead; both must lead somewhere."""
    assert all(getattr(item, "status_code", None) == 302 for item in responses), responses
    return {item["Location"] for item in responses}


@pytest.mark.django_db(transaction=True)
def test_double_submit_registers_one_institution(sign_in: Any) -> None:
    from tests.conftest import build_world

    world = build_world()
    path = "/desk/institutions/new/"
    data = filled(sign_in(world.head), path, **licensed(world)) | {"idempotency_key": str(uuid4())}
    assert len(redirects(post_twice(sign_in, world.head, path, data))) == 1
    assert Institution.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_double_upload_makes_one_import(sign_in: Any) -> None:
    from tests.conftest import build_world

    world = build_world()
    key = str(uuid4())
    sheet = "机构名称,地址\n巫山县启明艺术培训中心,高唐街道广东中路1号\n".encode("utf-8-sig")
    clients = [sign_in(world.clerk), sign_in(world.clerk)]
    responses = at_once(
        [
            lambda client=client: client.post(
                "/desk/institutions/imports/new/",
                {"upload": SimpleUploadedFile("名单.csv", sheet), "idempotency_key": key},
            )
            for client in clients
        ]
    )
    assert len(redirects(responses)) == 1
    assert ImportBatch.objects.count() == 1


# -- two people at one record --------------------------------------------------------------------------------


def test_second_editor_is_told_and_sees_both_texts(world: World, sign_in: Any) -> None:
    place = make_institution(world)
    path = f"/desk/institutions/{place.uid}/edit/"
    first, second = sign_in(world.head), sign_in(world.clerk)
    before = filled(first, path) | {"version": place.version}
    assert first.post(path, (before | {"address": "高唐街道净坛二路88号"})).status_code == 302
    response = second.post(path, (before | {"address": "高唐街道神女大道9号"}))
    text = response.content.decode()
    assert response.status_code == 409
    assert "这条记录刚刚被他人改过" in text
    assert world.head.name in text
    assert "净坛二路88号" in text
    assert "神女大道9号" in text
    place.refresh_from_db()
    assert place.address == "高唐街道净坛二路88号"
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version
    again = second.post(path, (before | {"address": "高唐街道神女大道9号", "version": version[1]}))
    assert again.status_code == 302
    place.refresh_from_db()
    assert place.address == "高唐街道神女大道9号"
