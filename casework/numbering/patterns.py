"""How numbers look: `{organ}整改〔{year}〕{n}号`. An organ's own pattern goes before its bureau's, that before the
catalogue's. A changed pattern holds from the next number on; the counter goes on and issued numbers stay."""

from __future__ import annotations

import re
from string import Formatter

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Bureau, Organisation, User
from casework import audit, registries
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.models import DocumentKind, IssuedNumber, NumberTemplate

DEFAULT_PATTERN = "{organ}〔{year}〕{n}号"
PLACES = {"organ": "机关代字", "year": "年份", "n": "序号"}
PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9〔〕（）()—\-]*")
WRONG_BRACKETS = set("[]［］【】〖〗")


def pattern_of(organ: Organisation, kind: str, fallback: str = DEFAULT_PATTERN) -> str:
    """How `organ` writes numbers of `kind`: its own pattern, its bureau's, the catalogue's, else `fallback`."""
    rows = NumberTemplate.objects.filter(bureau=organ.bureau_id, kind=kind)
    own: dict[int | None, str] = {
        row.organ_id: row.pattern for row in rows.filter(Q(organ=organ) | Q(organ__isnull=True))
    }
    catalogue = DocumentKind.objects.filter(code=kind).values_list("number_pattern", flat=True).first()
    return own.get(organ.pk) or own.get(None) or catalogue or fallback


def pattern_from(word: str, *, has_ordinal: bool = False) -> str:
    """The pattern with `word` between the organ's word and the year: 巫教培〔整改〕… → `{organ}整改〔{year}〕{n}号`."""
    return "{organ}" + word + "〔{year}〕" + ("第" if has_ordinal else "") + "{n}号"


def pattern_problem(pattern: str) -> str:
    """Why a pattern cannot be used; empty when it can."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError:
        return "花括号没有成对，请照 {organ}整改〔{year}〕{n}号 的写法填写。"
    if wrong := _wrong_places(parts):
        return wrong
    used = [name for _, name, _, _ in parts if name is not None]
    for name, label in PLACES.items():
        if used.count(name) != 1:
            lack = "没有" if name not in used else "重复写了"
            return f"格式中{lack}{label}，请写一次 {{{name}}}。"
    return _wrong_signs("".join(text for text, _, _, _ in parts))


def _wrong_places(parts: list[tuple[str, str | None, str | None, str | None]]) -> str:
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if name not in PLACES:
            known = "、".join(f"{{{key}}}（{label}）" for key, label in PLACES.items())
            return f"不认识占位符 {{{name}}}，只能用 {known}。"
        if spec or conversion:
            return f"序号不编虚位，{{{name}}} 里面不要再写格式。"
    return ""


def _wrong_signs(text: str) -> str:
    if WRONG_BRACKETS & set(text):
        return "年份请用六角括号〔〕括入（GB/T 9704—2012 第 7.2.5 条）。"
    if text.count("〔") != text.count("〕"):
        return "六角括号没有成对，请补全〔〕。"
    if not PLAIN.fullmatch(text):
        return "文号中只能用汉字、字母、数字、括号和横线，请去掉空格和其他符号。"
    return ""


def normal_kind(kind: str) -> tuple[str, str]:
    """Label and standard pattern of a kind that bears numbers. Raises Unlawful for another."""
    if series := registries.number_series.get(kind):
        return series.label, series.pattern
    found = DocumentKind.objects.filter(code=kind).first()
    if found is None:
        raise Unlawful("没有这种文号，请从文号格式列表中选择。")
    if not found.number_pattern:
        raise Unlawful(f"{found.name}不编号，不需要设置文号格式。")
    return found.name, found.number_pattern


@transaction.atomic
def number_pattern_set(
    *, actor: User, bureau: Bureau, kind: str, pattern: str, organ: Organisation | None = None
) -> NumberTemplate:
    """Let `organ` (none: every organ of the bureau without a pattern of its own) write numbers of `kind` so.

    Raises NotAllowed, and Unlawful for a pattern that lacks a place-holder or whose numbers could equal those
    of another kind or numbers already issued.
    """
    _may(actor, bureau, organ)
    label, _ = normal_kind(kind)
    if problem := pattern_problem(pattern):
        raise Unlawful(problem)
    Bureau.objects.select_for_update().get(pk=bureau.pk)
    for one in [organ] if organ else _followers(bureau, kind):
        _refuse_collision(one, kind, pattern)
    known = NumberTemplate.objects.filter(bureau=bureau, organ=organ, kind=kind).first()
    before = known.pattern if known else ""
    row, _ = NumberTemplate.objects.update_or_create(
        bureau=bureau, organ=organ, kind=kind, defaults={"pattern": pattern}
    )
    _note(actor, row, "casework.number_pattern_set", [before, pattern], label)
    return row


@transaction.atomic
def number_pattern_clear(
    *, actor: User, bureau: Bureau, kind: str, organ: Organisation | None = None
) -> None:
    """Go back to the bureau's pattern, or for the whole bureau to the catalogue's, from the next number on."""
    _may(actor, bureau, organ)
    label, _ = normal_kind(kind)
    row = NumberTemplate.objects.select_for_update().filter(bureau=bureau, organ=organ, kind=kind).first()
    if row is None:
        raise WrongState("这种文号没有另设格式，不需要恢复。")
    _note(actor, row, "casework.number_pattern_clear", [row.pattern, ""], label)
    row.delete()


@transaction.atomic
def number_word_set(
    *, actor: User, organ: Organisation, kind: DocumentKind, word: str, has_ordinal: bool = False
) -> NumberTemplate:
    """Let `organ` write numbers of `kind` with another middle word from the next number on.

    Numbers already issued stay as they are. Raises NotAllowed, and Unlawful for a kind without number, a
    word with anything but Chinese characters, or one that the organ uses for another kind.
    """
    _may(actor, organ.bureau, organ)
    if not kind.number_pattern:
        raise Unlawful(f"{kind.name}不编号，不需要设置中间字。")
    if not re.fullmatch(r"[\u4e00-\u9fff]{1,8}", word):
        raise Unlawful("中间字须为 1 至 8 个汉字，例如“整改”“罚告”。")
    pattern = pattern_from(word, has_ordinal=has_ordinal)
    _refuse_collision(organ, kind.code, pattern)
    before = pattern_of(organ, kind.code)
    row, _ = NumberTemplate.objects.update_or_create(
        bureau=organ.bureau, organ=organ, kind=kind.code, defaults={"pattern": pattern}
    )
    _note(actor, row, "casework.number_word_set", [before, pattern], kind.name)
    return row


def _may(actor: User, bureau: Bureau, organ: Organisation | None) -> None:
    foreign = bureau.pk != actor.bureau_id or (organ is not None and organ.bureau_id != actor.bureau_id)
    if not actor.may("casework.kinds_edit") or foreign:
        raise NotAllowed("您没有“维护文号格式”的权限，请联系系统管理员。")


def _followers(bureau: Bureau, kind: str) -> list[Organisation]:
    """Organs that write numbers of a kind as their bureau does."""
    own = NumberTemplate.objects.filter(bureau=bureau, kind=kind, organ__isnull=False).values("organ")
    rows = Organisation.objects.filter(bureau=bureau, is_active=True).exclude(number_word="")
    return list(rows.exclude(pk__in=own))


def standard_patterns() -> dict[str, tuple[str, str]]:
    """Label and standard pattern of every kind that bears numbers: the catalogue's, then the registers'."""
    rows = DocumentKind.objects.exclude(number_pattern="").values_list("code", "name", "number_pattern")
    found = {code: (name, pattern) for code, name, pattern in rows}
    return {**found, **{key: (one.label, one.pattern) for key, one in registries.number_series.items()}}


def patterns_of(organ: Organisation) -> dict[str, str]:
    """The pattern of every kind as `organ` writes it."""
    rows = NumberTemplate.objects.filter(bureau=organ.bureau_id).filter(
        Q(organ=organ) | Q(organ__isnull=True)
    )
    found = {kind: pattern for kind, (_, pattern) in standard_patterns().items()}
    for row in sorted(rows, key=lambda item: item.organ_id is not None):
        found[row.kind] = row.pattern
    return found


def _refuse_collision(organ: Organisation, kind: str, pattern: str) -> None:
    """No number of the new pattern may equal one of another kind, or one issued already."""
    plain = _plain(pattern)
    labels = standard_patterns()
    for other, theirs in patterns_of(organ).items():
        if other != kind and _plain(theirs) == plain:
            name = labels.get(other, (other, ""))[0]
            raise Unlawful(f"{organ.short_name}的{name}已使用这个格式，请换一个中间字，避免文号重复。")
    year = timezone.localdate().year
    head, tail = pattern.format(organ=organ.number_word, year=year, n="\0").split("\0")
    taken = IssuedNumber.objects.filter(
        bureau=organ.bureau_id, year=year, text__startswith=head, text__endswith=tail
    ).exclude(organ=organ, kind=kind)
    for text in taken.values_list("text", flat=True):
        if text[len(head) : len(text) - len(tail)].isdecimal():
            raise Unlawful(f"今年已经按这个格式编过其他文号（{text}），请换一个中间字，避免文号重复。")


def _plain(pattern: str) -> str:
    return pattern.replace("第", "")


def _note(actor: User, row: NumberTemplate, verb: str, change: list[str], label: str) -> None:
    whose = row.organ.short_name if row.organ else "各机关"
    audit.record(
        actor=actor,
        verb=verb,
        target=row,
        changes={"pattern": change},
        number=f"{whose} {label}",
        bureau=row.bureau,
    )


audit.verb("casework.number_word_set", "设置文号中间字")
audit.verb("casework.number_pattern_set", "设置文号格式")
audit.verb("casework.number_pattern_clear", "恢复文号格式")
