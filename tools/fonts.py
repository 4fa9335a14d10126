"""Fetches the typefaces of official documents into var/fonts/ and writes fonts.json, which says what is there.

Noto Serif/Sans SC come from the locked Python and npm packages. FandolFang and FandolKai (仿宋, 楷体) are taken out
of Debian's texlive-lang-chinese package without installing it, where apt is present. Without them documents use
Noto Serif SC in their place; that is a notice here, and documents say so in their metadata.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = Path(os.environ.get("NODE_MODULES") or ROOT / "node_modules")
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
RETRY_SECONDS = 24 * 3600
DEBIAN_PACKAGE = "texlive-lang-chinese"
FANDOL_FOLDER = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"
WHEEL, NPM, DEBIAN = "pylopdf-fonts-zh-cn", "@expo-google-fonts", DEBIAN_PACKAGE

# file name → (family as the font itself names it, what it is for in a document, where it comes from, path there)
FONTS: dict[str, tuple[str, str, str, str]] = {
    "NotoSerifSC-Regular.otf": ("Noto Serif SC", "宋体", WHEEL, "NotoSerifSC-Regular.otf"),
    "NotoSansSC-Regular.otf": ("Noto Sans SC", "黑体", WHEEL, "NotoSansSC-Regular.otf"),
    "NotoSerifSC-Bold.ttf": ("Noto Serif SC", "小标宋", NPM, "noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf"),
    "NotoSerifSC-Black.ttf": (
        "Noto Serif SC",
        "发文机关标志",
        NPM,
        "noto-serif-sc/900Black/NotoSerifSC_900Black.ttf",
    ),
    "NotoSansSC-Bold.ttf": ("Noto Sans SC", "黑体加粗", NPM, "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf"),
    "FandolFang-Regular.otf": ("FandolFang R", "仿宋", DEBIAN, "FandolFang-Regular.otf"),
    "FandolKai-Regular.otf": ("FandolKai", "楷体", DEBIAN, "FandolKai-Regular.otf"),
}


def _recipe() -> str:
    return hashlib.sha256(json.dumps(FONTS, sort_keys=True).encode()).hexdigest()[:16]


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    return Path(spec.origin).parent if spec and spec.origin else None


def _apt(arguments: list[str], folder: Path) -> bool:
    try:
        done = subprocess.run(arguments, cwd=folder, capture_output=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _fandol(work: Path) -> Path | None:
    """Folder of the Fandol fonts unpacked from Debian's package, None when apt cannot deliver it."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    work.chmod(0o777)  # apt drops root before it downloads
    download = ["apt-get", "download", "-q", DEBIAN_PACKAGE]
    refresh = ["apt-get", "update", "-q"]
    if not _apt(download, work) and not (os.geteuid() == 0 and _apt(refresh, work) and _apt(download, work)):
        return None
    package = next(iter(work.glob("*.deb")), None)
    if package is None or not _apt(["dpkg-deb", "-x", str(package), str(work / "tree")], work):
        return None
    return work / "tree" / FANDOL_FOLDER


def _copy(source: Path | None, target: Path) -> bool:
    if source is None or not source.is_file():
        return False
    fresh = target.with_suffix(".new")
    shutil.copyfile(source, fresh)
    fresh.replace(target)
    return True


def _manifest(folder: Path) -> dict[str, object]:
    present = []
    for name, (family, purpose, origin, _) in FONTS.items():
        path = folder / name
        if path.exists():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            present.append(
                {"file": name, "family": family, "purpose": purpose, "origin": origin, "sha256": digest}
            )
    missing = [name for name in FONTS if not (folder / name).exists()]
    return {"recipe": _recipe(), "tried_at": int(time.time()), "fonts": present, "missing": missing}


def _is_current(folder: Path) -> bool:
    """Whether nothing needs fetching: all is there, or what is missing was tried within a day."""
    try:
        known = json.loads((folder / "fonts.json").read_text())
    except (OSError, ValueError):
        return False
    if known.get("recipe") != _recipe() or any(not (folder / f["file"]).exists() for f in known["fonts"]):
        return False
    return not known["missing"] or time.time() - known["tried_at"] < RETRY_SECONDS


def fetch(folder: Path, *, force: bool = False) -> list[str]:
    """Bring the fonts into `folder`; returns the names still missing."""
    folder.mkdir(parents=True, exist_ok=True)
    if force or not _is_current(folder):
        with tempfile.TemporaryDirectory() as work:
            lacks_fandol = any(not (folder / n).exists() for n, f in FONTS.items() if f[2] == DEBIAN)
            sources = {
                WHEEL: _wheel_folder(),
                NPM: NODE_MODULES / NPM,
                DEBIAN: _fandol(Path(work)) if lacks_fandol else None,
            }
            for name, (_, _, origin, path) in FONTS.items():
                base = sources[origin]
                if not (folder / name).exists():
                    _copy(base / path if base else None, folder / name)
        (folder / "fonts.json").write_text(json.dumps(_manifest(folder), ensure_ascii=False, indent=1))
    missing: list[str] = json.loads((folder / "fonts.json").read_text())["missing"]
    return missing


def main(arguments: list[str]) -> int:
    """`python -m tools.fonts [--force] [FOLDER]`; missing fonts are a notice, not an error."""
    folders = [a for a in arguments if not a.startswith("-")]
    missing = fetch(Path(folders[0]) if folders else VAR / "fonts", force="--force" in arguments)
    if missing:
        sys.stdout.write(
            f"提示：缺少字体 {'、'.join(missing)}，公文将以 Noto Serif SC 代替。"
            f"在 Debian 上联网运行 python -m tools.fonts --force 可补齐。\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
