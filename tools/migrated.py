"""A migrated cluster, made once for a set of migrations and copied for every test run.

Migrating an empty database costs half a minute of processor time, copying a stopped cluster a moment. The copy lies
under `var/` and is made anew when a migration or a locked dependency changes; it holds no rows but what migrations
write.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import devstack

ROOT = Path(__file__).resolve().parents[1]
STORE = ROOT / "var" / "migrated"
WRITES_SCHEMA = (
    "*/migrations/*.py",
    "*/management/commands/migrate.py",
    "requirements/*.txt",
    "tools/migrated.py",
)
PARTS = ("pg", "pg.log", "pg.secret")


def _key() -> str:
    """Digest of everything that decides what a migrated database holds."""
    seen = hashlib.sha256(",".join(map(str, devstack.postgres_bindirs())).encode())
    for pattern in WRITES_SCHEMA:
        for path in sorted(ROOT.glob(pattern)):
            seen.update(path.relative_to(ROOT).as_posix().encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()[:24]


def _copy(source: Path, target: Path) -> None:
    """Files with their owner and mode: the server's user is another one when we are root."""
    subprocess.run(["cp", "-a", *(str(source / part) for part in PARTS), str(target)], check=True)


def _make(kept: Path, scratch: Path) -> None:
    """Migrate a new cluster in `scratch` and keep it once it is stopped."""
    base = Path(tempfile.mkdtemp(prefix="migrating-", dir=scratch))
    base.chmod(0o711)
    try:
        with devstack.running(base, durable=False) as urls:
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v", "0"],
                cwd=ROOT,
                env={**os.environ, **urls, "APP_ENV": "test"},
                check=True,
                stdout=sys.__stderr__,
            )
        fresh = kept.with_name(f"{kept.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _copy(base, fresh)
        fresh.rename(kept)
    finally:
        with contextlib.suppress(devstack.DevstackError, OSError):
            devstack.reset(base)
        shutil.rmtree(base, ignore_errors=True)


def lay_in(base: Path) -> None:
    """Put the migrated cluster into `base`, before its servers start; the first caller makes it, others wait."""
    STORE.mkdir(parents=True, exist_ok=True)
    kept = STORE / _key()
    with (STORE / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(kept, base.parent)
            for old in STORE.iterdir():
                if old.is_dir() and old != kept:
                    shutil.rmtree(old, ignore_errors=True)
        _copy(kept, base)
