"""The school's own pages: one page for each matter, with the form and what was entered before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from casework.web import (
    AuthedRequest,
    crumbs,
    data,
    form_page,
    get_visible,
    kit,
    paper,
    papers,
    portal_page,
)
from casework.web.words import cn_date
from schools import services
from schools.forms import duties, rounds
from schools.models import School
from schools.selectors import rounds as selectors
from schools.selectors.registry import school_of
from schools.services import Report, Service

TEMPLATE = "ui/portal_entries.html"
Cells = list[dict[str, Any]]


def own_page(
    request: AuthedRequest,
    form: django_forms.BaseForm,
    work: Callable[[School, dict[str, Any]], Any],
    *,
    title: str,
    heads: Iterable[str],
    rows: Iterable[Cells],
    here: str,
    done: str,
    sentence: str = "",
) -> HttpResponse:
    """A form of the actor's school above what it entered before."""
    school = school_of(request.user)
    table = kit.table("已登记", heads, rows, "还没有登记。")
    if school is None:
        return render(request, TEMPLATE, {"heading": title, "table": table})

    def entered(values: dict[str, Any]) -> str:
        work(school, values)
        return reverse(here)

    return form_page(
        request,
        form,
        entered,
        heading=title,
        submit="登记",
        cancel_url=reverse("casework_portal:home"),
        done=done,
        template=TEMPLATE,
        sentence=sentence,
        table=table,
    )


@portal_page("schools.portal_view")
def own_returns(request: AuthedRequest) -> HttpResponse:
    """Reports that the school owes and gave."""
    rows = list(selectors.returns_visible(request.user)[:60])
    return render(request, "schools/portal_returns.html", {"returns": rows})


@portal_page("schools.portal_view")
def own_return(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One report: filled in on one page, read afterwards."""
    row = get_visible(selectors.returns_visible(request.user), request.user, uid)
    home = reverse("schools_portal:own_returns")
    context: dict[str, Any] = {
        "row": row,
        "counted": services.counted(row) if row.is_waiting else None,
        "crumbs": crumbs(("排查报表", home), (row.round.title, "")),
    }
    if not row.is_waiting or row.round.status != "OPEN" or not request.user.may("schools.return_submit"):
        return render(request, "schools/portal_return.html", context)
    last = selectors.last_return(request.user, row)
    form = rounds.ReturnForm(**data(request), row=row, last=last)

    def work(values: dict[str, Any]) -> str:
        services.return_submit(actor=request.user, row=row, report=Report(**values))
        return reverse("schools_portal:own_return", kwargs={"uid": row.uid})

    return form_page(
        request,
        form,
        work,
        heading=row.round.title,
        submit="报送",
        cancel_url=home,
        done="已报送。" if not form.data.get("is_zero") else "零报告已报送。",
        template="schools/portal_return.html",
        **context,
    )


@portal_page("schools.portal_view")
def own_letters(request: AuthedRequest) -> HttpResponse:
    """The letter that is handed out now, and the counts of the school."""
    letters = list(selectors.letters_visible(request.user)[:10])
    now = next((letter for letter in letters if letter.status == "PUBLISHED"), None)
    receipts = {row.letter_id: row for row in selectors.receipts_visible(request.user)}
    context: dict[str, Any] = {
        "letter": now,
        "papers": papers(paper(str(now), now.document)) if now else [],
        "receipts": list(receipts.values()),
    }
    school = school_of(request.user)
    if now is None or school is None:
        return render(request, "schools/portal_letters.html", context)
    known = receipts.get(now.pk)
    names = ("handed_on", "sent_count", "receipt_count")
    initial = (
        {name: getattr(known, name) for name in names}
        if known
        else {"sent_count": school.pupil_count or None}
    )
    form = rounds.ReceiptForm(**data(request), initial=initial)

    def work(values: dict[str, Any]) -> str:
        services.receipt_record(actor=request.user, school=school, letter=now, **values)
        return reverse("schools_portal:own_letters")

    return form_page(
        request,
        form,
        work,
        heading="致家长一封信",
        submit="登记发放和回执",
        cancel_url=reverse("casework_portal:home"),
        done="已登记。收到更多回执后可以再改。",
        template="schools/portal_letters.html",
        **context,
    )


@portal_page("schools.pledge_record")
def own_pledges(request: AuthedRequest) -> HttpResponse:
    """Pledges of the school's teachers."""
    rows = list(selectors.pledges_visible(request.user)[:20])
    initial: dict[str, Any] = {"year": timezone.localdate().year}
    if rows:
        initial |= {"teacher_count": rows[0].teacher_count}
    return own_page(
        request,
        duties.PledgeForm(**data(request), initial=initial),
        lambda school, values: services.pledge_record(actor=request.user, school=school, **values),
        title="教师承诺",
        heads=("年度", "在职教师", "已签承诺书"),
        rows=[
            [
                {"text": f"{row.year} 年"},
                {"text": f"{row.teacher_count} 人"},
                {"text": f"{row.pledged_count} 人"},
            ]
            for row in rows
        ],
        here="schools_portal:own_pledges",
        done="已登记。",
        sentence="承诺书由学校留存，这里只填人数。同一年度再次登记会更正人数。",
    )


@portal_page("schools.service_record")
def own_services(request: AuthedRequest) -> HttpResponse:
    """After-school service of the school."""
    rows = list(selectors.services_visible(request.user)[:12])

    def work(school: School, values: dict[str, Any]) -> Any:
        providers = values.pop("providers")
        return services.service_record(
            actor=request.user, school=school, service=Service(**values), providers=providers
        )

    return own_page(
        request,
        duties.ServiceForm(**data(request), actor=request.user, last=rows[0] if rows else None),
        work,
        title="课后服务",
        heads=("学期", "参加 / 应服务", "每周", "校外机构"),
        rows=[
            [
                {"text": row.term_label},
                {"text": f"{row.joined_count:,} / {row.enrolled_count:,} 人"},
                {"text": f"{row.days_a_week} 天"},
                {"text": "、".join(provider_words(item) for item in row.providers.all()) or "没有选用"},
            ]
            for row in rows
        ],
        here="schools_portal:own_services",
        done="已登记。",
        sentence="校外机构只能从白名单中选；上次填的已经带出，改动后提交即可。",
    )


def provider_words(item: Any) -> str:
    """An institution, marked when it has left the white list since."""
    name = str(item.institution.name)
    return name if item.institution.list_status == "WHITE" else f"{name}（已不在白名单，请更换）"


@portal_page("schools.ad_report")
def own_ads(request: AuthedRequest) -> HttpResponse:
    """Ads on campus reported by the school."""

    def work(school: School, values: dict[str, Any]) -> Any:
        checked = values.pop("names_checked")
        return services.ad_report(actor=request.user, school=school, values=values, names_checked=checked)

    return own_page(
        request,
        duties.AdForm(**data(request)),
        work,
        title="校园广告上报",
        heads=("发现日期", "载体", "数量", "广告主", "状态"),
        rows=[
            [
                {"text": cn_date(row.found_on)},
                {"text": row.get_carrier_display()},
                {"text": f"{row.item_count} 件，已清除 {row.removed_count} 件"},
                {"text": row.advertiser, "sub": row.handling},
                {"status": row},
            ]
            for row in selectors.ads_visible(request.user)[:40]
        ],
        here="schools_portal:own_ads",
        done="已上报，教育局处理后在这里看到结果。",
        sentence="中小学校、幼儿园内，教材、教辅、练习册、文具、校服、校车等不得做广告（广告法第三十九条）。",
    )
