"""QR codes as SVG (for the PDF) and PNG (for DOCX and pages)."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """A QR code with error correction M or better and the quiet zone of four modules, as an SVG document."""
    out = io.BytesIO()
    _code(text).save(out, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, unit=None, omitsize=True)
    return out.getvalue().decode()


def qr_png(text: str, scale: int = 8) -> bytes:
    """The same code as a PNG with `scale` pixels per module."""
    out = io.BytesIO()
    _code(text).save(out, kind="png", border=4, scale=scale)
    return out.getvalue()


def qr_matrix(text: str) -> tuple[tuple[int, ...], ...]:
    """The modules of the code without quiet zone: 1 is dark."""
    return tuple(tuple(int(module) for module in row) for row in _code(text).matrix)


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m", encoding="utf-8")
