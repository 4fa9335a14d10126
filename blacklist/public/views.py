"""The public pages."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString

from accounts.models import Bureau
from blacklist.models import EntryStatus, ListKind
from blacklist.public import selectors, words
from blacklist.public.cards import cards
from blacklist.public.gathered import nearby_white, public_file
from blacklist.public.tables import DICTIONARY, LIST_COLUMNS
from casework.selectors import data_version
from casework.typesetting import qr_svg
from casework.web import ListPage, export_response
from casework.web.public import PublicRequest, kept_page, public_page, show
from institutions.models import Institution

KINDS = {"white": ListKind.WHITE, "black": ListKind.BLACK, "red": ListKind.RED}
LIST_PAGE_SIZE = 50
PAGE_DIGITS_MAX = 6
UNKNOWN_NUMBER = "没有这个编号的机构。请核对门牌上的编号，或回到首页按名称查询。"


def _base(bureau: Bureau) -> str:
    return f"https://{bureau.host}" if bureau.host else settings.PUBLIC_BASE_URL.rstrip("/")


def _absolute(bureau: Bureau, path: str) -> str:
    return f"{_base(bureau)}{path}"


def _institution_or_404(request: PublicRequest, public_id: str) -> Institution:
    found = selectors.institution(request.bureau, public_id)
    if found is None:
        raise Http404(UNKNOWN_NUMBER)
    return found


def _cards(institutions: list[Institution]) -> SafeString:
    today = timezone.localdate()
    grounds = selectors.black_grounds(institutions)
    return cards((item, words.verdict(item, today), grounds.get(item.pk)) for item in institutions)


def search(request: PublicRequest) -> HttpResponse:
    """The home page: search, list counts, hits with the answer first."""
    query = selectors.clean_query(request.GET.get("q", ""))
    return _results(request, query) if query else _front(request)


@kept_page
def _front(request: PublicRequest) -> HttpResponse:
    return show(request, "public/search.html", {"counts": selectors.counts(request.bureau), "q": ""})


@kept_page
def _results(request: PublicRequest, query: str) -> HttpResponse:
    hits = selectors.search(request.bureau, query)
    context: dict[str, Any] = {
        "q": query,
        "counts": selectors.counts_lately(request.bureau),
        "hits": min(len(hits), selectors.HITS),
        "cards": _cards(hits[: selectors.HITS]),
        "has_more": len(hits) > selectors.HITS,
    }
    if not hits:
        context["alike"] = _cards(selectors.alike(request.bureau, query))
        context["elsewhere"] = [
            {**row, "url": f"/b/{row['bureau__slug']}/?{urlencode({'q': query})}"}
            for row in selectors.elsewhere(request.bureau, query)
        ]
    return show(request, "public/search.html", context)


@public_page
def code_form(request: PublicRequest) -> HttpResponse:
    """Type the number from a door sign; without one the form."""
    code = selectors.clean_query(request.GET.get("code", "")).replace(" ", "").upper()
    if code and (found := selectors.institution(request.bureau, code)):
        return redirect("blacklist_public:institution", found.public_id)
    return show(request, "public/code_form.html", {"code": code})


@kept_page
def institution(request: PublicRequest, public_id: str) -> HttpResponse:
    """One place: may I pay, which list and why, licence, what was found, history."""
    file = public_file(request.bureau, public_id)
    if file is None:
        raise Http404(UNKNOWN_NUMBER)
    item, today = file.institution, timezone.localdate()
    answer = words.verdict(item, today)
    in_force = [entry for entry in file.entries if entry.is_in_force]
    black = next((entry for entry in in_force if entry.kind == ListKind.BLACK), None)
    context = {
        "institution": item,
        "verdict": answer,
        "in_force": [{"entry": entry, "sentence": words.list_sentence(entry)} for entry in in_force],
        "black": black,
        "ground_names": selectors.violation_names(black.ground_codes) if black else [],
        "checks": [words.check_words(visit) for visit in file.visits],
        "history": words.history(file.entries, file.names, file.states),
        "phone": selectors.public_phone(item),
        "nearby": [] if answer.is_safe else nearby_white(item),
    }
    return show(request, "public/institution.html", context)


@public_page
def institution_qr(request: PublicRequest, public_id: str) -> HttpResponse:
    """The QR code of one place's page as a picture."""
    item = _institution_or_404(request, public_id)
    address = _absolute(request.bureau, reverse("blacklist_public:institution", args=[item.public_id]))
    return HttpResponse(qr_svg(address), content_type="image/svg+xml")


@public_page
def poster(request: PublicRequest, public_id: str) -> HttpResponse:
    """A door sign to print."""
    item = _institution_or_404(request, public_id)
    address = _absolute(request.bureau, reverse("blacklist_public:institution", args=[item.public_id]))
    return show(request, "public/poster.html", {"institution": item, "address": address})


def lists_root(request: PublicRequest) -> HttpResponse:
    """`/lists/` opens the white list."""
    return HttpResponsePermanentRedirect(reverse("blacklist_public:list", args=["white"]))


def _slice(request: PublicRequest, rows: Any) -> Any:
    """The asked page of rows; page numbers beyond reason are 404."""
    if len(request.GET.get("page", "")) > PAGE_DIGITS_MAX:
        raise Http404("没有这一页。")
    return ListPage(request=request, rows=rows, template="", title="", page_size=LIST_PAGE_SIZE).page_of(rows)


def _day(request: PublicRequest) -> date | None:
    try:
        return parse_date(request.GET.get("on", ""))
    except ValueError:
        return None


def _entries(request: PublicRequest, kind: str, day: date | None) -> Any:
    today = timezone.localdate()
    is_past = day is not None and day < today
    rows = (
        selectors.entries_on(request.bureau, kind, day)
        if is_past and day
        else selectors.entries(request.bureau, kind)
    )
    batch = request.GET.get("batch", "")
    return rows.filter(batch__batch_no=int(batch)) if batch.isdecimal() and len(batch) < 6 else rows


@kept_page
def list_page(request: PublicRequest, kind: str) -> HttpResponse:
    """One list with its batches, what it said on a day, who left it."""
    code = KINDS[kind]
    day = _day(request)
    rows = _entries(request, code, day)
    page = _slice(request, rows)
    batch = request.GET.get("batch", "")
    context = {
        "kind": kind,
        "kinds": [(slug, value.label) for slug, value in KINDS.items()],
        "label": code.label,
        "page": page,
        "total": page.total,
        "is_capped": page.is_capped,
        "entries": page.object_list,
        "batches": selectors.batches(request.bureau, code),
        "batch": batch,
        "day": day if day and day < timezone.localdate() else None,
        "removals": selectors.recent_removals(request.bureau, code) if page.number == 1 else [],
        "csv_url": f"{reverse('blacklist_public:list_csv', args=[kind])}?{urlencode({'batch': batch})}",
    }
    return show(request, "public/list.html", context)


@public_page
def list_csv(request: PublicRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """The list in force as a file, streamed."""
    rows = _entries(request, KINDS[kind], None)
    return export_response(
        rows, LIST_COLUMNS, f"{request.bureau.region.name}校外培训机构{KINDS[kind].label}", "csv"
    )


@public_page
def entry(request: PublicRequest, uid: UUID) -> HttpResponse:
    """One published entry; a removed one answers 410 with the reason and no ground."""
    found = selectors.entry(request.bureau, uid)
    if found is None:
        raise Http404("没有这条名单记录。")
    is_removed = found.status == EntryStatus.REMOVED
    context = {
        "entry": found,
        "is_removed": is_removed,
        "ground_names": [] if is_removed else selectors.violation_names(found.ground_codes),
        "kind": found.kind.lower(),
    }
    return show(request, "public/entry.html", context, status=410 if is_removed else 200)


@public_page
def data(request: PublicRequest) -> HttpResponse:
    """Open data: files, interface, dictionary."""
    version = data_version(request.bureau)
    context = {"dictionary": DICTIONARY, "counts": selectors.counts(request.bureau), "kinds": list(KINDS)}
    return show(request, "public/data.html", context, version=version)


@public_page
def anchors(request: PublicRequest) -> HttpResponse:
    """Daily heads of the audit chain, so that a cut-off record is noticed."""
    page = _slice(request, selectors.anchors(request.bureau))
    return show(
        request, "public/anchors.html", {"page": page, "anchors": page.object_list, "total": page.total}
    )
