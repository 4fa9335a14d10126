"""`make check`: every static check in turn; all run, the first failures are shown together at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tools import devstack

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "Zk4vQ8sW2yLr6TnXb9JcHd3MfGe7PaUh5RtYi1BoVxCzKq0NwEjSlDgAmFpIu",
    "FIELD_KEYS": "1:" + "5f" * 32,
    "REPORTER_KEYS": "1:" + "6e" * 32,
    "BLIND_INDEX_KEY": "7c" * 32,
    "ALLOWED_HOSTS": "jianguan.example.gov.cn",
    "CSRF_TRUSTED_ORIGINS": "https://jianguan.example.gov.cn",
    "PUBLIC_BASE_URL": "https://jianguan.example.gov.cn",
}
STEPS: list[tuple[str, list[str], dict[str, str]]] = [
    ("格式", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], {}),
    ("代码规范", [str(BIN / "ruff"), "check", "--quiet", "."], {}),
    ("分层约束", [str(BIN / "lint-imports"), "--no-cache"], {}),
    ("图标", [PYTHON, "-m", "tools.icons", "--check"], {}),
    ("迁移完整", [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    ("生产设置", [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    ("生成的文档", [PYTHON, "manage.py", "render_docs", "--check"], {}),
    ("类型", [str(BIN / "mypy"), "."], {}),
]


def main(arguments: list[str]) -> int:
    """Run the steps whose names are given, or all of them."""
    failed = []
    with devstack.running(ROOT / "var") as urls:
        for name, command, extra in STEPS:
            if arguments and name not in arguments:
                continue
            started = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env={**os.environ, **urls, **extra}, check=False)
            verdict = "通过" if done.returncode == 0 else "未通过"
            sys.stdout.write(f"{verdict}  {name}（{time.monotonic() - started:.1f} 秒）\n")
            sys.stdout.flush()
            if done.returncode:
                failed.append(name)
    if failed:
        sys.stdout.write(f"make check 未通过：{'、'.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
