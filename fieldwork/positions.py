"""Where a phone says it stood. Nothing here trusts the shape of what was sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def position_in(raw: Any) -> tuple[float, float, float | None] | None:
    """Longitude, latitude (degrees) and accuracy (metres, if told); None when it makes no sense."""
    if not isinstance(raw, Mapping):
        return None
    longitude, latitude, accuracy = (_number(raw.get(name)) for name in ("longitude", "latitude", "accuracy"))
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None
    return longitude, latitude, accuracy


def _number(raw: Any) -> float | None:
    """A finite number; JSON also carries integers that no float can hold."""
    if not isinstance(raw, int | float):
        return None
    try:
        found = float(raw)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def position_told(value: Mapping[str, Any]) -> str:
    """A position in words."""
    return f"{value.get('longitude')}, {value.get('latitude')}（精度 {value.get('accuracy')} 米）"
