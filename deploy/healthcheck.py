"""Exit code 0 when the named service of this container (web, worker or beat) is well."""

from __future__ import annotations

import os
import socket
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def web() -> bool:
    """The web server answers /healthz for the host that it serves."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    port = os.environ.get("WEB_PORT", "8000")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310 - our own http address
        return bool(answer.status == 200)


def worker() -> bool:
    """This host's worker answers a ping through the broker."""
    sys.path.insert(0, str(ROOT))
    from config.celery import app

    name = f"celery@{socket.gethostname()}"
    return name in (app.control.inspect(timeout=5, destination=[name]).ping() or {})


def beat() -> bool:
    """The scheduler's process is alive."""
    pid = int(Path(os.environ.get("BEAT_PIDFILE", "/tmp/beat.pid")).read_text())  # noqa: S108 - the container's own
    os.kill(pid, 0)
    return True


CHECKS = {"web": web, "worker": worker, "beat": beat}


def main(arguments: list[str]) -> int:
    """Run one check; an unreachable service is simply not well."""
    try:
        return 0 if CHECKS[arguments[0]]() else 1
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
