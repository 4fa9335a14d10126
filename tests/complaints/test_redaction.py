"""Marks of fixed shape are always found; names as often as measured, and the text stays readable."""

from __future__ import annotations

import unicodedata

import pytest

from complaints.redaction import MASK, redact
from tests.complaints.redaction_corpus import (
    HELD_OUT,
    NAME_FRAMES,
    NAME_FRAMES_HELD_OUT,
    PLACES,
    SCENES,
    SEEDS,
    samples,
)


def left(mark: str, shown: str) -> bool:
    """Whether the mark, or six of its characters in a row, is still readable."""
    bare = "".join(char for char in mark if char.isalnum())
    text = "".join(char for char in shown if char.isalnum())
    window = min(6, len(bare))
    return any(bare[at : at + window] in text for at in range(len(bare) - window + 1))


@pytest.mark.parametrize("seed", [*SEEDS, *HELD_OUT])
def test_marks_of_fixed_shape_are_always_found(seed: int) -> None:
    missed = [
        (mark, redact(sample.text).text)
        for sample in samples(seed)
        for mark in sample.shapes
        if left(mark, redact(sample.text).text)
    ]
    assert not missed, missed[:5]


def recall(frames: tuple[str, ...]) -> tuple[int, int, list[str]]:
    found, total, missed = 0, 0, []
    for seed in HELD_OUT:
        for sample in samples(seed, frames=frames):
            shown = redact(sample.text).text
            for name in sample.names:
                total += 1
                found += name not in shown
                missed += [shown] if name in shown else []
    return found, total, missed


@pytest.mark.parametrize(
    ("frames", "what", "at_least"),
    [(NAME_FRAMES, "known ways of writing", 0.9), (NAME_FRAMES_HELD_OUT, "ways held out", 0.2)],
)
def test_recall_of_names_in_free_prose_is_measured(
    capsys: pytest.CaptureFixture[str], frames: tuple[str, ...], what: str, at_least: float
) -> None:
    found, total, missed = recall(frames)
    with capsys.disabled():
        print(f"\nnames in free prose, {what}: {found} of {total} found, recall {found / total:.3f}")  # noqa: T201
    assert total > 1000
    assert found / total >= at_least, missed[:8]


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_mark_stays(scene: str, place: str) -> None:
    text = scene.format(place=place)
    assert redact(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "每周六上午九点到十一点，三个老师，一共二十几个学生，收费三千八百元。",
        "2026年11月28日19:30左右，3栋2单元1201，收费12800元。",
        "张老师在家里教英语，李校长也知道。",
        "本人是附近居民，我是业主，孩子说有人管。",
        "营业执照91500237MA5U000000没有办学许可。",
        "我家长期住在楼下，高中部的学生也来。",
        "从早上8:00-12:00，下午2:00-6:00，共10人。",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text).text == text


def test_invisible_characters_do_not_hide_a_number() -> None:
    assert "0013" not in redact("打139\u200b0013\u200b8000").text


def test_what_was_left_as_contact_goes_wherever_it_stands() -> None:
    shown = redact("问覃小满就知道，覃 小满住三楼", ["覃小满"]).text
    assert shown.count(MASK) == 2


def test_text_keeps_its_characters() -> None:
    text = unicodedata.normalize("NFC", "①楼有ＡＢＣ班，收费五千元！")
    assert redact(text).text == text
