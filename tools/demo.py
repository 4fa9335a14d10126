"""`make demo`: the whole system on one terminal, with the demo county loaded.

Starts the embedded servers, brings the database up to date, loads the demo (both idempotent), then the web server,
one worker and beat. Ctrl-C stops everything in reverse order. RESET=1 starts over; PORT and LISTEN choose the address.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tools import devstack

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
BIN = Path(sys.executable).parent
FIRST_PORT = 8000
PORTS_TRIED = 50
HEALTH_SECONDS = 90.0
STOP_SECONDS = 20.0
ROOT_WARNING = "ignore:You're running the worker with superuser"
MADE_BY_DEMO = ("media", "sealed", "exchange", "log")


class DemoError(RuntimeError):
    """The demo cannot go on; the message says what to do."""


def say(text: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def web_command(host: str, port: int) -> list[str]:
    """The web server as in production: two processes, four threads each, nothing slow in the request path."""
    return [
        str(BIN / "granian"),
        "--interface", "wsgi",
        "--workers", "2",
        "--blocking-threads", "4",
        "--host", host,
        "--port", str(port),
        "--no-ws",
        "config.wsgi:application",
    ]  # fmt: skip


def worker_command(concurrency: int = 2) -> list[str]:
    """A prefork worker, since time limits need processes."""
    return [
        str(BIN / "celery"),
        "-A",
        "config",
        "worker",
        "-P",
        "prefork",
        "-c",
        str(concurrency),
        "-l",
        "WARNING",
    ]


def beat_command() -> list[str]:
    """The one scheduler; it keeps its entries in the database."""
    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    return [str(BIN / "celery"), "-q", "-A", "config", "beat", "-S", scheduler, "--pidfile=", "-l", "WARNING"]


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_port(host: str, wanted: int) -> int:
    """The wanted port, or the next free one, with a word about it."""
    for port in range(wanted, wanted + PORTS_TRIED):
        if _is_free(host, port):
            if port != wanted:
                say(f"端口 {wanted} 已被占用，改用 {port}。")
            return port
    raise DemoError(
        f"端口 {wanted} 到 {wanted + PORTS_TRIED - 1} 都被占用，请用 PORT=端口号 make demo 另选。"
    )


@contextlib.contextmanager
def only_one() -> Iterator[IO[str]]:
    """Refuse a second demo in the same folder, naming the address of the first."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "demo.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise DemoError(f"演示已在运行：{handle.read().strip() or '正在启动'}") from error
        handle.truncate(0)
        yield handle
        handle.truncate(0)


def prepare() -> None:
    """Bring the database up to date and load the demo, in one process to save start-up time."""
    import django
    from django.core.management import call_command, get_commands

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("sync_schedule", stdout=io.StringIO())
    known = get_commands()
    if "seed_demo" in known:
        call_command("seed_demo")
    if "demo_accounts" in known:
        with (VAR / "demo_accounts.txt").open("w", encoding="utf-8") as out:
            call_command("demo_accounts", stdout=out)


class Children:
    """The running parts of the demo: started in order, stopped in reverse."""

    def __init__(self) -> None:
        self.running: list[tuple[str, subprocess.Popen[str]]] = []

    def start(self, name: str, command: list[str]) -> None:
        """Start one part; its output goes to the terminal under its name, and to var/log."""
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": ROOT_WARNING, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.running.append((name, process))
        threading.Thread(target=_relay, args=(name, process), daemon=True).start()

    def ended(self) -> str:
        """Name of a part that has ended by itself, else empty."""
        return next((name for name, process in self.running if process.poll() is not None), "")

    def stop(self) -> None:
        """Stop all parts, last started first, and wait for each."""
        for name, process in reversed(self.running):
            _signal_group(process, signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"{name} 没有按时结束，强制停止。")
            _signal_group(process, signal.SIGKILL)
            process.wait()
        self.running.clear()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """To the main process first; the kill also reaches what it left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _relay(name: str, process: subprocess.Popen[str]) -> None:
    folder = VAR / "log"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.log").open("a", encoding="utf-8") as log:
        for line in process.stdout or ():
            log.write(line)
            log.flush()
            sys.stdout.write(f"{name:>6} | {line}")
            sys.stdout.flush()


def is_healthy(url: str) -> bool:
    """Whether /healthz answers 200."""
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=3) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _wait_until_healthy(url: str, children: Children) -> None:
    deadline = time.monotonic() + HEALTH_SECONDS
    while not is_healthy(url):
        gone = children.ended()
        if gone:
            raise DemoError(f"{gone} 启动失败，请看上面的输出或 var/log/{gone}.log。")
        if time.monotonic() > deadline:
            raise DemoError(f"{HEALTH_SECONDS:.0f} 秒内 {url}/healthz 没有就绪，请看 var/log/web.log。")
        time.sleep(0.1)


def _reset() -> None:
    say("RESET=1：清空演示数据，重新开始。")
    devstack.reset(VAR)
    for name in MADE_BY_DEMO:
        shutil.rmtree(VAR / name, ignore_errors=True)


def _announce(url: str, started: float) -> None:
    accounts = VAR / "demo_accounts.txt"
    say(f"\n就绪（{time.monotonic() - started:.1f} 秒）：{url}/\n")
    if accounts.exists():
        say(accounts.read_text(encoding="utf-8"))
    say("按 Ctrl-C 停止；RESET=1 make demo 重新开始。")


def serve(lock: IO[str]) -> None:
    """Run the demo until Ctrl-C or until one of its parts ends."""
    started = time.monotonic()
    if os.environ.get("RESET") == "1":
        _reset()
    with devstack.running(VAR) as urls, contextlib.closing(_Closer()) as closer:
        os.environ.update(urls)
        host = os.environ.get("LISTEN") or "127.0.0.1"
        port = choose_port(host, int(os.environ.get("PORT") or FIRST_PORT))
        url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104
        os.environ.setdefault("PUBLIC_BASE_URL", url)
        say("准备数据库与演示数据……")
        if subprocess.run([sys.executable, "-m", "tools.demo", "prepare"], cwd=ROOT, check=False).returncode:
            raise DemoError("准备数据库或演示数据失败，请看上面的输出；RESET=1 make demo 可从头再来。")
        closer.children.start("web", web_command(host, port))
        closer.children.start("worker", worker_command())
        closer.children.start("beat", beat_command())
        _wait_until_healthy(url, closer.children)
        lock.write(url)
        lock.flush()
        (VAR / "demo.json").write_text(json.dumps({"url": url, "pid": os.getpid()}))
        _announce(url, started)
        while not closer.children.ended():
            time.sleep(0.5)
        raise DemoError(f"{closer.children.ended()} 意外结束，请看 var/log/。")


class _Closer:
    """Stops the children on every way out, deaf to a second Ctrl-C while it does."""

    def __init__(self) -> None:
        self.children = Children()

    def close(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.children.running:
            say("\n正在停止……")
        self.children.stop()
        (VAR / "demo.json").unlink(missing_ok=True)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """`prepare` only loads the data; without an argument the demo is served."""
    if arguments == ["prepare"]:
        prepare()
        return 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with only_one() as lock:
            serve(lock)
    except KeyboardInterrupt:
        say("已停止。")
    except (DemoError, devstack.DevstackError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
