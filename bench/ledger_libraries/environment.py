"""Python with the locked libraries, made under var/ when it is first needed; never the product's own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.table import say
from tools.demo import ROOT, VAR

LOCK = ROOT / "requirements" / "bench-ledgers.txt"
HOME = VAR / "bench-ledgers"


class Unavailable(Exception):
    """The libraries cannot be had on this machine."""


def interpreter() -> Path:
    """The environment's Python, made anew when the lock file has changed. Raises Unavailable."""
    python, stamp = HOME / "bin" / "python", HOME / "made-from"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    say("  other ledger libraries are being installed under var/bench-ledgers")
    shutil.rmtree(HOME, ignore_errors=True)
    _step([sys.executable, "-m", "venv", str(HOME)])
    _step([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(LOCK)])
    stamp.write_text(wanted)
    return python


def _step(command: list[str]) -> None:
    quiet = {"PIP_CONSTRAINT": "", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **quiet}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(said[-1] if said else f"{command[0]} ended with {done.returncode}")
