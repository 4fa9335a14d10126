"""Nobody learns who reported: planted marks are looked for everywhere but on the two-person path.

The ordinary run sends a few reports in this process; `make prove` sends 200 through a running web server and also
reads its log, its cache and a dump of the main schema.
"""

from __future__ import annotations

import io
import logging
import os
import re
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from PIL import Image

from accounts import demo as accounts
from accounts.models import User
from casework.web.listing import Column, xlsx_bytes
from complaints import services
from complaints.models import Clue
from tests.complaints.canary import Planted, hits, plant, reachable, unpacked
from tests.complaints.door import Phone

ROOT = Path(__file__).resolve().parents[2]
SHORT, LONG = 12, 200
SLUG = accounts.FULL_COUNTY
# Of pages about one clue every one is read in the long run, of other kinds some.
OF_A_CLUE = {"complaints:clue_detail", "complaints:clue_list", "casework:evidence_file"}
EACH, SOME = 3 * LONG, 12
# The ordinary run reads as a stranger, two who handle and two who should see least; `make prove` as everyone.
READERS = ("", "officer", "head", "admin", "partner")
TABLES = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'"


def suffixes() -> list[str]:
    return ["", *(account.suffix for account in accounts.accounts_of(SLUG))]


def rows_of_main_schema(cursor: Any) -> bytes:
    """Every row of schema public as text: what a dump of it holds."""
    cursor.execute(TABLES)
    target = io.BytesIO()
    for (table,) in cursor.fetchall():
        cursor.copy_expert(f"COPY (SELECT * FROM {table}) TO STDOUT", target)
    return target.getvalue()


def values_in_cache(client: Any) -> bytes:
    found = []
    for name in client.keys("*"):
        kind = client.type(name)
        found += [name, client.get(name) or b"" if kind == b"string" else b""]
    return b"\n".join(found)


def free_recall(planted: list[Planted], texts: str) -> str:
    kept = sum(item.free_name in texts for item in planted)
    return f"names in free prose: {len(planted) - kept} of {len(planted)} taken out"


def handle_some() -> None:
    """Part of the reports go through the lane apart, another is revealed by two people."""
    head = User.objects.get(username=accounts.username(SLUG, "head"))
    officer = User.objects.get(username=accounts.username(SLUG, "officer"))
    for clue in Clue.objects.filter(status="QUARANTINED", bureau=head.bureau)[:10]:
        services.clue_release(actor=head, clue=clue)
    for clue in Clue.objects.filter(status="RECEIVED", bureau=head.bureau, channel="SNAP").order_by("-pk")[
        :3
    ]:
        asked = services.reveal_ask(actor=officer, clue=clue, reason="退费调解需要反映人到场确认。")
        decided = services.reveal_decide(actor=head, request=asked, is_approved=True)
        assert services.reveal_read(actor=officer, request=decided)[0]["contact"]["phone"]


def test_no_planted_mark_turns_up(demo: None, caplog: pytest.LogCaptureFixture, capsys: Any) -> None:
    cache.clear()
    planted = [plant(number, lambda address, mark: Phone(SLUG, address, mark)) for number in range(SHORT)]
    handle_some()
    found = []
    for suffix in READERS:
        client = Client()
        if suffix:
            user = User.objects.get(username=accounts.username(SLUG, suffix))
            client.force_login(user, backend="accounts.backends.ActiveUserBackend")

        def get(path: str, client: Client = client) -> tuple[str, bytes]:
            response = client.get(f"/b/{SLUG}{path}")
            body = b"".join(response.streaming_content) if response.streaming else response.content
            return response.headers.get("Content-Type", ""), body

        for path, body in reachable(get, suffix, SLUG, lambda name: 1):
            found += hits(planted, f"{suffix or 'nobody'} {path}", body)
    with connection.cursor() as cursor:
        found += hits(planted, "main schema", rows_of_main_schema(cursor.cursor))
    found += hits(planted, "log", caplog.text.encode())
    found += hits(planted, "cache", values_in_cache(cache._cache.get_client(None)))  # type: ignore[attr-defined]
    found += in_files(planted, [Path(storages[name].location) for name in ("default", "sealed")])
    assert not found, "\n".join(found[:20])
    texts = "\n".join(Clue.objects.values_list("text", flat=True))
    with capsys.disabled():
        print(f"\n{free_recall(planted, texts)}")  # noqa: T201


def in_files(planted: list[Planted], folders: list[Path]) -> list[str]:
    return [
        hit
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        for hit in hits(planted, f"file {path.name}", path.name.encode() + path.read_bytes())
    ]


class RealClient:
    """The phone's browser against a running server, behind a proxy that names the address."""

    def __init__(self, url: str, address: str) -> None:
        import requests

        self.url, self.session = url, requests.Session()
        self.session.headers["X-Forwarded-For"] = address
        self.session.get(f"{url}/report/", timeout=60)

    def get(self, path: str) -> Any:
        return self.session.get(self.url + path, timeout=60)

    def post(
        self, path: str, data: Any = None, headers: dict[str, str] | None = None, content_type: str = ""
    ) -> Any:
        extra = {"X-CSRFToken": self.session.cookies.get("csrftoken", ""), **(headers or {})}
        if content_type:
            return self.session.post(
                self.url + path, data, headers={**extra, "Content-Type": content_type}, timeout=60
            )
        fields = {name: value for name, value in (data or {}).items() if name != "files"}
        files = [("files", (file.name, file.read())) for file in (data or {}).get("files", [])]
        return self.session.post(self.url + path, fields, headers=extra, files=files or None, timeout=60)


def test_the_picture_library_logs_no_exif_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    exif = Image.Exif()
    exif[0xA431] = "SN-7781-2209"
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "JPEG", exif=exif)
    with caplog.at_level(logging.DEBUG):
        assert Image.open(io.BytesIO(target.getvalue())).getexif()[0xA431] == "SN-7781-2209"
    assert "SN-7781-2209" not in caplog.text


@pytest.mark.prove
@pytest.mark.redis
def test_no_planted_mark_turns_up_in_a_running_house(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    import redis
    import requests

    from tests.browser.house import opened

    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    monkeypatch.setenv("REPORT_WORK_COST", "20")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    with opened("canary", 9) as house:
        base = f"{house.url}/b/{SLUG}"

        def phone_of(address: str, mark: str) -> Phone:
            phone = Phone(SLUG, address, mark)
            phone.client = RealClient(base, address)  # type: ignore[assignment]
            return phone

        planted = [plant(number, phone_of) for number in range(LONG)]
        script = "from tests.complaints.test_canary import handle_some; handle_some()"
        house.run("shell", "-v", "0", "-c", script)
        found = []
        for suffix in suffixes():
            session = requests.Session()
            if suffix:
                sign_in(session, base, accounts.username(SLUG, suffix), accounts.password(SLUG))

            def get(path: str, session: Any = session) -> tuple[str, bytes]:
                answer = session.get(base + path, timeout=120)
                head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
                return answer.headers.get("Content-Type", ""), head.encode() + answer.content

            for path, body in reachable(get, suffix, SLUG, lambda name: EACH if name in OF_A_CLUE else SOME):
                found += hits(planted, f"{suffix or 'nobody'} {path}", body)
        with (
            psycopg2.connect(house.environment["DATABASE_URL"]) as base_connection,
            base_connection.cursor() as cursor,
        ):
            found += hits(planted, "main schema", rows_of_main_schema(cursor))
            cursor.execute("SELECT string_agg(text, ' ') FROM complaints_clue")
            texts = cursor.fetchone()[0]
        for part in ("web", "worker"):
            found += hits(planted, f"{part} log", house.log(part).read_bytes())
        found += hits(planted, "cache", values_in_cache(redis.Redis.from_url(house.environment["REDIS_URL"])))
        found += in_files(planted, [house.folder / "media", house.folder / "sealed"])
        with capsys.disabled():
            print(f"\n{free_recall(planted, texts)}")  # noqa: T201
        assert not found, "\n".join(found[:20])


def sign_in(session: Any, base: str, username: str, password: str) -> None:
    page = session.get(f"{base}/accounts/login/", timeout=60).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    values = {"username": username, "password": password, "csrfmiddlewaretoken": token.group(1)}
    answer = session.post(f"{base}/accounts/login/", values, timeout=60)
    assert "/accounts/login" not in answer.url, username


def test_the_search_finds_what_is_planted() -> None:
    item = Planted({"contact phone": "13900001234"}, "韦晓岚", "0" * 16)
    sheet = xlsx_bytes([item], (Column("手机", lambda row: row.marks["contact phone"]),), "名单")
    assert hits([item], "sheet", unpacked(sheet)) == ["contact phone at sheet"]
    assert hits([item], "page", b"<td>13900001234</td>") == ["contact phone at page"]
    assert not hits([item], "page", b"13900001235")


def test_access_logs_are_off_and_the_proxy_skips_reporters() -> None:
    for name in ("Dockerfile", "docker-compose.yml", "tools/demo.py"):
        assert "access-log" not in (ROOT / name).read_text(encoding="utf-8")
    assert "GRANIAN_LOG_ACCESS_ENABLED" not in os.environ
    proxy = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    paths = re.search(r"^\s*@unlogged path (.+)$", proxy, re.MULTILINE)
    assert paths is not None
    assert {"/report/*", "/b/*/report/*", "/my-fees/*", "/b/*/my-fees/*"} <= set(paths[1].split())
    assert "log_skip @unlogged" in proxy
