"""Copies the front-end files that pages use, and no others, from node_modules to var/vendor/, where Django serves them.

References to source maps are taken out: the maps are not served, and the production storage refuses dead references.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_MODULES = Path(os.environ.get("NODE_MODULES") or ROOT / "node_modules")
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
SOURCE_MAP = re.compile(rb"(/\*#\s*sourceMappingURL=[^*]*\*/|//#\s*sourceMappingURL=\S*)\s*$")

# served folder → (package folder, files)
LIBRARIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "tabler": ("@tabler/core/dist", ("css/tabler.min.css", "js/tabler.min.js")),
    "jsqr": ("jsqr/dist", ("jsQR.js",)),
    "echarts": ("echarts/dist", ("echarts.common.min.js",)),
    "leaflet": (
        "leaflet/dist",
        (
            "leaflet.css",
            "leaflet.js",
            "images/layers.png",
            "images/layers-2x.png",
            "images/marker-icon.png",
            "images/marker-icon-2x.png",
            "images/marker-shadow.png",
        ),
    ),
}


def copy(target: Path) -> int:
    """Copy what has changed; returns the number of files served."""
    count = 0
    for served, (package, names) in LIBRARIES.items():
        for name in names:
            content = SOURCE_MAP.sub(b"", (NODE_MODULES / package / name).read_bytes())
            path = target / served / name
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            count += 1
    return count


def main() -> int:
    """Copy into var/vendor."""
    copy(VAR / "vendor")
    return 0


if __name__ == "__main__":
    sys.exit(main())
