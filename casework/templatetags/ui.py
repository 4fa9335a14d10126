"""The house's template vocabulary: icons, states, dates, money, due days, form fields and links.

Load with `{% load ui %}`. Every tag escapes what it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ClearableFileInput,
    Field,
    FileInput,
    ModelChoiceField,
    RadioSelect,
    Select,
)
from django.forms.widgets import HiddenInput, MultiWidget, Widget
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from casework.models.policy import UNVERIFIED
from casework.money import yuan
from casework.web.words import (
    DASH,
    cn_date,
    cn_datetime,
    cn_day,
    cn_weekday,
    due_words,
    local_day,
    mask,
    number_words,
)
from casework.wording import needs_check

register = template.Library()
for words in (cn_date, cn_datetime, cn_day, cn_weekday, mask, yuan):
    register.filter(words)

BLANK_DASHES = BLANK_CHOICE_DASH[0][1]
BLANK_WORDS = "请选择"
TONES = ("ok", "warn", "bad", "info", "mute", "dark", "wine")
CODE_TONES: dict[str, str] = {
    "DRAFT": "mute",
    "CANCELLED": "mute",
    "VOID": "mute",
    "WITHDRAWN": "mute",
    "ARCHIVED": "mute",
    "SUPERSEDED": "mute",
    "EXPIRED": "mute",
    "PENDING": "warn",
    "WAITING": "warn",
    "SUBMITTED": "info",
    "OPEN": "info",
    "RUNNING": "info",
    "ISSUED": "info",
    "IN_PROGRESS": "info",
    "APPROVED": "ok",
    "ACTIVE": "ok",
    "VALID": "ok",
    "DONE": "ok",
    "CLOSED": "ok",
    "PUBLISHED": "ok",
    "PASSED": "ok",
    "REJECTED": "bad",
    "REFUSED": "bad",
    "FAILED": "bad",
    "OVERDUE": "bad",
    "REVOKED": "bad",
    "WHITE": "ok",
    "BLACK": "dark",
    "RED": "wine",
}
UNVERIFIED_MARK = format_html(
    ' <span class="tag tag-warn" title="{}">{}</span>', "取值还没有与文件原文核对", UNVERIFIED
)


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """`{% icon "building" %}`: a symbol of the sprite. `label` gives it a name for screen readers;
    without it the icon is decoration. The name must stand in tools/icons.txt."""
    return _icon(name, cls, label)


@lru_cache(maxsize=1024)
def _icon(name: str, cls: str, label: str) -> SafeString:
    sprite = static("icons/sprite.svg")
    aria = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {} width="20" height="20"><use href="{}#{}"></use></svg>',
        cls,
        aria,
        sprite,
        name,
    )


@register.simple_tag
def status(obj: object = None, *, label: str = "", tone: str = "", field: str = "status") -> SafeString:
    """`{% status notice %}`: coloured dot and the state's Chinese word.

    The word is `label` or `get_<field>_display()`; the tone is `tone`, else `obj.<field>_tone`, else
    derived from the stored code. Tones: ok warn bad info mute dark wine.
    """
    code = str(getattr(obj, field, "") or "") if obj is not None else ""
    display = getattr(obj, f"get_{field}_display", None)
    word = label or (display() if callable(display) else code) or DASH
    chosen = tone or getattr(obj, f"{field}_tone", "") or CODE_TONES.get(code, "info")
    if chosen not in TONES:
        chosen = "info"
    return _status(chosen, word)


@lru_cache(maxsize=1024)
def _status(tone: str, word: str) -> SafeString:
    return format_html('<span class="status-word"><span class="dot dot-{}"></span>{}</span>', tone, word)


@register.simple_tag
def badge(label: object, tone: str = "mute") -> SafeString:
    """`{% badge "白名单" "ok" %}`: a filled badge, for list membership and grades only."""
    return format_html('<span class="tag tag-{}">{}</span>', tone if tone in TONES else "mute", label)


@register.simple_tag
def unverified(*items: object) -> SafeString:
    """`{% unverified rule policy_value explanation %}`: the mark 待核实 when one of them, or a figure computed from
    it, rests on a value that nobody checked against its document; nothing otherwise."""
    return UNVERIFIED_MARK if needs_check(items) else SafeString("")


@register.filter
def with_unit(value: object, unit: str) -> SafeString:
    """`{{ n|with_unit:"家次" }}`: a number with thousands separators and its unit."""
    return format_html('<span class="num">{}</span> <span class="unit">{}</span>', number_words(value), unit)


@register.simple_tag
def due(
    due_on: object,
    today: object = None,
    explanation: Iterable[object] | str | None = None,
    done_on: object = None,
) -> SafeString:
    """`{% due notice.due_on today=today explanation=notice.due_explanation done_on=notice.closed_on %}`.

    Days late are calendar days. `explanation` (a list of sentences, or one) opens under the word and
    shows how the day was computed. With `done_on` the day is history and no longer alarms.
    """
    day = local_day(due_on)
    if day is None:
        return format_html('<span class="due due-none">{}</span>', DASH)
    done = local_day(done_on)
    if done is not None:
        late = (done - day).days
        words, kind = (f"逾期 {late} 日办结" if late > 0 else "按期办结"), "done"
    else:
        words, kind = due_words(day, local_day(today) or timezone.localdate())
    lines = [explanation] if isinstance(explanation, str) else list(explanation or [])
    label = format_html('<time datetime="{}">{}</time>', day.isoformat(), words)
    if done is None:
        label = format_html("{}{}", label, unverified(lines))
    if not lines:
        return format_html(
            '<span class="due due-{}" title="{}">{}</span>', kind, f"到期日 {day.isoformat()}", label
        )
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html(
        '<details class="due due-{} pop"><summary>{}</summary>'
        '<div class="pop-body"><strong>到期日 {}</strong><ul>{}</ul></div></details>',
        kind,
        label,
        day.isoformat(),
        items,
    )


@register.simple_tag
def figure(value: object, unit: str = "", url: str = "", tone: str = "") -> SafeString:
    """`{% figure 916 "家次" url %}`: a number with its unit that opens the rows it was counted from."""
    body = format_html('<span class="num">{}</span>', number_words(value))
    if unit:
        body = format_html('{} <span class="unit">{}</span>', body, unit)
    cls = f"figure-{tone}" if tone in TONES else ""
    if url:
        return format_html('<a class="figure-link {}" href="{}" title="查看明细">{}</a>', cls, url, body)
    return format_html('<span class="figure-plain {}">{}</span>', cls, body)


@register.simple_tag(takes_context=True)
def query_url(context: Context, **changes: object) -> str:
    """`?{% query_url page=2 q=None %}` without the question mark typed: the present query string with
    some keys replaced; None or empty removes a key. Paging cursors are dropped unless named."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else _empty_query()
    for key in ("cursor", "after", "before", "page"):
        if key not in changes:
            query.pop(key, None)
    for key, value in changes.items():
        query.pop(key, None)
        if isinstance(value, list | tuple):
            query.setlist(key, [str(item) for item in value])
        elif value not in (None, ""):
            query[key] = str(value)
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else (request.path if request is not None else "?")


def _empty_query() -> Any:
    from django.http import QueryDict

    return QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def active(context: Context, prefix: str, css: str = "active") -> str:
    """`{% active "/desk/institutions/" %}`: the css class when the present path starts with `prefix`."""
    request = context.get("request")
    return css if request is not None and request.path.startswith(prefix) else ""


@register.simple_tag(takes_context=True)
def filter_form(context: Context) -> object:
    """The form of a list's filter bar: that of `filter` (a FilterSet), else `form`."""
    filterset = context.get("filter")
    return getattr(filterset, "form", None) or context.get("form")


@register.simple_tag
def filter_count(form: object) -> int:
    """How many conditions of a filter bar are set, the search words left out."""
    data = getattr(form, "data", None) or {}
    fields: Mapping[str, object] = getattr(form, "fields", {})
    return sum(1 for name in fields if name != "q" and data.get(name))


def _widget_class(widget: Widget) -> str:
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "form-check-input"
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    return "form-control"


def _name_blank_choice(item: Field) -> None:
    """Dashes of Django's empty choice give way to words."""
    if isinstance(item, ModelChoiceField):
        if item.empty_label == BLANK_DASHES:
            item.empty_label = BLANK_WORDS
    elif isinstance(item.widget, Select):
        item.widget.choices = [
            (code, BLANK_WORDS if label == BLANK_DASHES else label) for code, label in item.widget.choices
        ]


@register.inclusion_tag("ui/_field.html")
def field(
    bound: BoundField,
    label: str = "",
    help: str = "",
    rows: int = 0,
    placeholder: str = "",
    autofocus: bool = False,
    autocomplete: str = "",
    inputmode: str = "",
    hide_label: bool = False,
    hide_help: bool = False,
) -> dict[str, object]:
    """`{% field form.name %}`: label, control, help and error of one form field, tied together for
    screen readers. Options: label, help, rows (textarea), placeholder, autofocus, autocomplete,
    inputmode, hide_label (kept for screen readers), hide_help. Works with desk.css and public.css."""
    _name_blank_choice(bound.field)
    widget = bound.field.widget
    is_group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    is_check = isinstance(widget, CheckboxInput) and not is_group
    help_text = "" if hide_help else help or bound.help_text
    described = [f"{bound.auto_id}_helptext"] if help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    css = " ".join(filter(None, [str(widget.attrs.get("class", "")), _widget_class(widget)]))
    attrs: dict[str, str | bool] = {"class": f"{css} is-invalid" if bound.errors else css}
    if described and not is_group:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors and not is_group:
        attrs["aria-invalid"] = "true"
    for key, value in (
        ("rows", rows),
        ("placeholder", placeholder),
        ("autocomplete", autocomplete),
        ("inputmode", inputmode),
        ("autofocus", autofocus),
    ):
        if value:
            attrs[key] = value if value is True else str(value)
    return {
        "bound": bound,
        "attrs": attrs,
        "control": "" if is_group else bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "help_text": help_text,
        "is_group": is_group,
        "is_check": is_check,
        "is_hidden": isinstance(widget, HiddenInput),
        "is_file": isinstance(widget, FileInput | ClearableFileInput),
        "is_multi": isinstance(widget, MultiWidget),
        "required": bound.field.required and not is_check,
        "hide_label": hide_label,
        "described": " ".join(described),
    }


@register.filter
def attr(item: object, name: str) -> object:
    """`{{ row|attr:column }}`: a key of a mapping or an attribute of an object; empty when missing."""
    if isinstance(item, Mapping):
        return item.get(name, "")
    return getattr(item, name, "")


@register.simple_tag
def action_items(actions: object = "", offers: object = "", step_url: str = "") -> list[object]:
    """The buttons of ui/_actions.html: `actions` as given, then workflow offers as links to
    `<step_url><transition name>/`."""
    buttons: list[object] = list(actions) if isinstance(actions, Iterable) and actions else []
    for offer in offers if isinstance(offers, Iterable) and offers else ():
        arrow = offer.transition
        buttons.append(
            {
                "label": arrow.label,
                "url": f"{step_url}{arrow.name}/",
                "primary": arrow.is_primary,
                "danger": arrow.is_danger,
                "blocked": list(offer.reasons),
            }
        )
    return buttons


class FixedNode(Node):
    """Renders its content once for every address prefix of this process."""

    def __init__(self, content: NodeList) -> None:
        self.content = content
        self.kept: dict[str, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        prefix = get_script_prefix()
        if (found := self.kept.get(prefix)) is None:
            found = self.kept[prefix] = self.content.render(context)
        return found


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    """`{% fixed %}…{% endfixed %}`: content that depends on nothing but the address prefix of the bureau (links to
    pages, icons, addresses of static files). No variable of the page may stand in it."""
    content = parser.parse(("endfixed",))
    parser.delete_first_token()
    return FixedNode(content)


class RepeatBlockNode(Node):
    """Renders a block of the page a second time."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
        block = blocks.get_block(self.name) if blocks is not None else None
        return block.render(context) if isinstance(block, BlockNode) else SafeString("")


@register.tag
def repeat_block(parser: Parser, token: Token) -> RepeatBlockNode:
    """`{% repeat_block title %}`: shows a block's content again, so that a page states its title once."""
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError("repeat_block 需要一个区块名")
    return RepeatBlockNode(parts[1])


@register.simple_tag
def row_cells(described: Any, row: Any) -> list[dict[str, Any]]:
    """Cells of one row as its register (`casework.web.kit.Register`) describes them, with their heads."""
    cells: list[dict[str, Any]] = described.cells(row)
    return [{"label": label, **cell} for label, cell in zip(described.heads, cells, strict=True)]
