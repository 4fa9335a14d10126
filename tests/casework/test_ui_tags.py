"""The template vocabulary: what a date, a sum, a due day, a field and a page title look like."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from casework.templatetags import ui

TODAY = dt.date(2026, 11, 22)


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (410231850, "¥ 4,102,318.50"),
        (5, "¥ 0.05"),
        (-1050, "-¥ 10.50"),
        (0, "¥ 0.00"),
        (None, "—"),
        (True, "—"),
    ],
)
def test_money_is_written_with_two_decimals(fen: object, text: str) -> None:
    assert ui.yuan(fen) == text


def test_times_are_shown_in_local_days() -> None:
    late = dt.datetime(2026, 11, 21, 16, 30, tzinfo=dt.UTC)
    assert ui.cn_date(late) == "2026-11-22"
    assert ui.cn_datetime(late) == "2026-11-22 00:30"
    assert ui.cn_weekday(late) == "星期日"
    assert ui.cn_date(None) == "—"


def test_telephone_and_document_numbers_hide_their_middle() -> None:
    assert ui.mask("13812348000") == "138****8000"
    assert ui.mask("500237199001011234") == "500***********1234"
    assert ui.mask("12345") == "*****"


@pytest.mark.parametrize(
    ("due_on", "words", "kind"),
    [
        (dt.date(2026, 11, 20), "逾期 2 日", "over"),
        (TODAY, "今日", "today"),
        (dt.date(2026, 11, 23), "明日", "soon"),
        (dt.date(2026, 11, 25), "11-25", "soon"),
        (dt.date(2027, 1, 4), "2027-01-04", "later"),
    ],
)
def test_due_words(due_on: dt.date, words: str, kind: str) -> None:
    assert ui.due_words(due_on, TODAY) == (words, kind)


def test_due_shows_how_the_day_was_computed_and_escapes_it() -> None:
    html = ui.due(dt.date(2026, 11, 20), today=TODAY, explanation=["送达 11-05", "<b>10 个工作日</b>"])
    assert "<details" in html
    assert "送达 11-05" in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("item", "is_marked"),
    [
        (None, False),
        ("", False),
        ("期限：5 个工作日（某办法；待核实）", True),
        (("起算：2026-11-20", "期限：7 个工作日（某法）"), False),
        ({"confidence": "memory"}, True),
        ({"confidence": "local"}, False),
        ({"kind": 1, "is_verified": False}, True),
        (SimpleNamespace(confidence="unverified"), True),
        (SimpleNamespace(is_verified=True, confidence="memory"), False),
        ([None, SimpleNamespace(is_verified=True), SimpleNamespace(is_verified=False)], True),
    ],
)
def test_the_mark_of_what_nobody_checked(item: object, is_marked: bool) -> None:
    assert ("待核实" in ui.unverified(item)) is is_marked


def test_a_day_that_rests_on_an_unchecked_term_is_marked_until_it_is_history() -> None:
    lines = ["期限：5 个工作日（地方样本；待核实）"]
    day = dt.date(2026, 11, 21)
    mark = '<span class="tag tag-warn" title="取值还没有与文件原文核对">待核实</span>'
    assert mark in ui.due(day, today=day, explanation=lines)
    assert mark not in ui.due(day, today=day, explanation=["期限：5 个工作日（某法）"])
    assert mark not in ui.due(day, today=day, explanation=lines, done_on=day)


def test_a_finished_due_day_no_longer_alarms() -> None:
    html = ui.due(dt.date(2026, 11, 10), today=TODAY, done_on=dt.date(2026, 11, 12))
    assert "due-done" in html
    assert "逾期 2 日办结" in html


def test_status_takes_word_and_tone_from_the_object() -> None:
    notice = SimpleNamespace(status="OVERDUE", get_status_display=lambda: "逾期")
    assert 'dot-bad"></span>逾期' in ui.status(notice)
    assert "dot-ok" in ui.status(SimpleNamespace(status="X", status_tone="ok"))
    assert "dot-info" in ui.status(SimpleNamespace(status="X", status_tone='"><script>'))


def test_query_url_replaces_keys_and_drops_the_cursor() -> None:
    request = RequestFactory().get("/desk/x/", {"q": "启航", "town": "3", "cursor": "abc"})
    html = render("{% query_url town=None sort='name' %}", request=request)
    assert html == "?q=%E5%90%AF%E8%88%AA&amp;sort=name"
    assert "cursor=def" in render("{% query_url cursor='def' %}", request=request)


class SampleForm(forms.Form):
    name = forms.CharField(label="机构全称", help_text="与证书一致")
    way = forms.ChoiceField(label="方式", choices=[("a", "当场"), ("b", "限期")], widget=forms.RadioSelect)
    checked = forms.BooleanField(label="已核对")


def test_field_ties_label_help_and_error_together() -> None:
    html = render("{% field form.name %}", form=SampleForm({}))
    assert '<label class="form-label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "form-control is-invalid" in html


def test_choices_are_a_fieldset_and_a_tick_box_has_its_label_beside_it() -> None:
    html = render("{% field form.way %}{% field form.checked %}", form=SampleForm())
    assert "<legend" in html
    assert html.count('type="radio"') == 2
    assert '<label class="form-check" for="id_checked">' in html


def test_the_page_title_is_stated_once_and_shown_twice() -> None:
    page = Template('{% extends "base_public.html" %}{% block title %}黑名单{% endblock %}')
    html = page.render(Context({"request": RequestFactory().get("/")}))
    assert "<title>黑名单 ·" in html
    assert "<h1>黑名单</h1>" in html
    assert "style=" not in html
    assert "onclick" not in html


def test_blocked_steps_show_every_reason_and_no_button() -> None:
    arrow = SimpleNamespace(name="close", label="销号", is_primary=True, is_danger=False)
    offers = [SimpleNamespace(transition=arrow, reasons=("复查结果尚未登记", "消防意见未回复"))]
    html = render_to_string("ui/_actions.html", {"offers": offers, "step_url": "/desk/n/1/"})
    assert "复查结果尚未登记" in html
    assert "消防意见未回复" in html
    assert "/desk/n/1/close/" not in html
    offers[0].reasons = ()
    assert 'href="/desk/n/1/close/"' in render_to_string(
        "ui/_actions.html", {"offers": offers, "step_url": "/desk/n/1/"}
    )
