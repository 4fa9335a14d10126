"""Measures of GB/T 9704-2012 党政机关公文格式, in millimetres and points, shared by both file formats."""

from __future__ import annotations

POINTS_PER_MM = 72 / 25.4
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210.0, 297.0
MARGIN_TOP_MM, MARGIN_BOTTOM_MM, MARGIN_LEFT_MM, MARGIN_RIGHT_MM = 37.0, 35.0, 28.0, 26.0
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 156.0, 225.0
LINES_PER_PAGE, CHARACTERS_PER_LINE = 22, 28
LINE_PITCH_PT = TEXT_HEIGHT_MM * POINTS_PER_MM / LINES_PER_PAGE
CHARACTER_PITCH_PT = TEXT_WIDTH_MM * POINTS_PER_MM / CHARACTERS_PER_LINE
BODY_SIZE_PT, TITLE_SIZE_PT, SMALL_SIZE_PT = 16.0, 22.0, 14.0
MARK_DROP_MM, RULE_DROP_MM, PAGE_NUMBER_DROP_MM = 35.0, 4.0, 7.0
SEAL_SIDE_MM = 42.0
QR_SIDE_MM = 22.0
RED = "e60012"

FORM_MARGINS_MM: dict[str, tuple[float, float, float, float]] = {
    "letter": (37.0, 35.0, 28.0, 26.0),
    "red_head": (37.0, 35.0, 28.0, 26.0),
    "record": (25.0, 25.0, 28.0, 22.0),
    "table": (25.0, 22.0, 25.0, 20.0),
}
"""Top, bottom, left and right margin of each form; only letters and red-head documents follow the standard's 版心."""


def mark_size_pt(organ: str) -> float:
    """Type size of the issuing organ's mark: as large as one line of the 版心 allows, at most 42 pt."""
    return min(42.0, TEXT_WIDTH_MM * POINTS_PER_MM / (max(len(organ), 1) * 1.06))
