"""Servers of one bench run: an own database cluster, an own Valkey, an own web server, removed afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tools import devstack
from tools.demo import ROOT, VAR, web_command

WAIT_SECONDS = 60.0
STOP_SECONDS = 20.0


@contextlib.contextmanager
def database(*, keep: bool = False) -> Iterator[Path]:
    """A database, a broker and folders of their own; the environment names them inside.

    `keep` leaves the data under var/bench for the next run.
    """
    VAR.mkdir(exist_ok=True)
    base = VAR / "bench" if keep else Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
    base.mkdir(exist_ok=True)
    base.chmod(0o711)
    for key in devstack.URL_KEYS:
        os.environ.pop(key, None)
    try:
        with devstack.running(base) as urls:
            os.environ.update(urls)
            os.environ["VAR_DIR"] = str(_folders(base))
            os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
            yield base
    finally:
        if not keep:
            devstack.reset(base)
            shutil.rmtree(base, ignore_errors=True)


def _folders(base: Path) -> Path:
    """Files that the product writes go under `base`; fonts and icons are those of this checkout."""
    home = base / "files"
    home.mkdir(exist_ok=True)
    for name in ("fonts", "icons", "vendor"):
        if (VAR / name).is_dir() and not (home / name).exists():
            (home / name).symlink_to(VAR / name)
    return home


@contextlib.contextmanager
def web() -> Iterator[int]:
    """The web server as the demo starts it (two processes, four threads each); gives its port."""
    port = devstack.free_port()
    process = subprocess.Popen(
        web_command("127.0.0.1", port), cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}/healthz")
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(url, timeout=3) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError("the web server did not start")
