"""Sentences for verbs. Rooms declare theirs in code; the column stays unconstrained."""

from __future__ import annotations

_sentences: dict[str, str] = {}


def verb(code: str, sentence: str) -> str:
    """Declare what `code` means on a timeline (下发整改通知书) and return the code."""
    _sentences[code] = sentence
    return code


def sentence(code: str) -> str:
    """The Chinese sentence of a verb."""
    return _sentences.get(code, code)


def known_verbs() -> list[tuple[str, str]]:
    """(code, sentence) of every declared verb, by sentence, for filters."""
    return sorted(_sentences.items(), key=lambda item: item[1])
