"""A running house of its own: database, broker number, web server and worker, seeded with the demonstration.

Used by the browser tests, the fault drills and the screenshots. It lives in the PostgreSQL and Valkey named by
DATABASE_URL and REDIS_URL, under another database name and another broker number, so that nothing else sees it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from accounts import demo as accounts
from tests.demo_template import demo_template, run_sql, with_path
from tools import demo as commands
from tools import devstack

ROOT = Path(__file__).resolve().parents[2]
CLOCK = Path(__file__).with_name("clock")
SLUG = accounts.FULL_COUNTY
READY_SECONDS = 60.0
STOP_SECONDS = 10.0


class HouseError(RuntimeError):
    """The house cannot be opened; the message carries the tail of the log."""


@dataclass
class House:
    """Addresses, environment and processes of one running copy of the product."""

    name: str
    folder: Path
    url: str
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def address(self, path: str, slug: str = SLUG) -> str:
        """Full address of a path inside a bureau."""
        return f"{self.url}/b/{slug}{path}"

    def log(self, part: str) -> Path:
        """Where a part writes what it has to say."""
        return self.folder / f"{part}.log"

    def run(self, *arguments: str) -> str:
        """Run a management command here; raises HouseError with its output when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise HouseError(f"{arguments[0]}：{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout

    def start(self, part: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Start a process in its own group."""
        with self.log(part).open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes[part] = process
        return process

    def start_worker(self, part: str = "worker", concurrency: int = 1) -> subprocess.Popen[bytes]:
        """A prefork worker as in production."""
        return self.start(part, [*commands.worker_command(concurrency), "-n", f"{part}@%h"])

    def open(self, *, web: bool = True, worker: bool = True) -> None:
        """Start web server and worker, and wait until the house answers."""
        if web:
            self.start("web", commands.web_command("127.0.0.1", urlsplit(self.url).port or 80))
        if worker:
            self.start_worker()
        if web:
            self.wait_until_ready()

    def move_to(self, moment: datetime) -> None:
        """Close the house and open it at another moment; for its processes time goes on from there.

        The database's own clock stays: no rule reads it.
        """
        self.close()
        self.environment |= {"HOUSE_NOW": moment.isoformat(), "PYTHONPATH": str(CLOCK)}
        self.open()

    def kill(self, part: str) -> None:
        """SIGKILL to the part and everything it started, as a power cut would."""
        process = self.processes.pop(part)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Stop all parts, last started first."""
        for process in reversed(list(self.processes.values())):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        self.processes.clear()

    def wait_until_ready(self) -> None:
        """Until /healthz answers; the tail of the log when it does not."""
        deadline = time.monotonic() + READY_SECONDS
        while not commands.is_healthy(self.url):
            if self.processes["web"].poll() is not None or time.monotonic() > deadline:
                raise HouseError(self.log("web").read_text(errors="replace")[-3000:])
            time.sleep(0.1)


def _environment(folder: Path, database: str, broker: str, url: str) -> dict[str, str]:
    """Development settings, apart from anything the caller's shell or test run has set."""
    kept = {key: value for key, value in os.environ.items() if key != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return kept | {
        "APP_ENV": "development",
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "VAR_DIR": str(folder),
        "PUBLIC_BASE_URL": url,
        "PYTHONWARNINGS": commands.ROOT_WARNING,
    }


def _furnish(folder: Path) -> None:
    """Fonts, icons and front-end files from set-up; everything else of this house stays in its folder."""
    for name in ("fonts", "icons", "vendor"):
        source = ROOT / "var" / name
        if source.is_dir():
            (folder / name).symlink_to(source)


@contextlib.contextmanager
def opened(
    name: str = "browser", broker_number: int = 5, *, seed: bool = True, web: bool = True, worker: bool = True
) -> Iterator[House]:
    """A house with the demonstration loaded; web server and worker run until the block ends."""
    base, broker = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
    database = f"house_{name}"
    port = devstack.free_port()
    url = f"http://127.0.0.1:{port}"
    template = demo_template() if seed else None
    run_sql(
        with_path(base, "postgres"),
        f"DROP DATABASE IF EXISTS {database} WITH (FORCE)",
        f"CREATE DATABASE {database}" + (f" TEMPLATE {template.database}" if template else ""),
    )
    folder = Path(tempfile.mkdtemp(prefix=f"supervision-{name}-"))
    if template:
        shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    _furnish(folder)
    environment = _environment(folder, with_path(base, database), with_path(broker, str(broker_number)), url)
    house = House(name=name, folder=folder, url=url, environment=environment)
    try:
        if not seed:
            house.run("migrate", "--noinput", "-v", "0")
        house.open(web=web, worker=worker)
        yield house
    finally:
        house.close()
        run_sql(with_path(base, "postgres"), f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        shutil.rmtree(folder, ignore_errors=True)
