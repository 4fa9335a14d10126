"""The public door `/report/` and the reporter's own page `/report/track/`.

Nothing here knows or keeps who is in front of it: no trace of the request reaches the audit chain, errors are
logged by kind and place only, answers are not stored anywhere, files stay in memory until they are clean.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.context import NO_TRACE, current_trace
from casework.errors import DomainError, Unlawful
from casework.web.public import PublicRequest
from complaints import door, limits, services, work
from complaints.forms.citizen import CodeForm, ReportForm, SayForm
from complaints.models import Clue
from complaints.redaction import redact
from complaints.selectors import citizen as citizen_selectors

logger = logging.getLogger("complaints.door")
View = Callable[..., Any]
WRONG_CODE = "没有找到。请核对 16 位查询码，一个数字也不能错。"
TOO_MANY = "这个网络发来的请求太多，请过一会儿再试。急事请拨打举报电话。"
TOO_LARGE = "照片和视频合计超过 40 MB，请减少几个再发，其余的可以凭查询码补充。"
KEY = re.compile(r"^[0-9a-f]{64}$")


def citizen_page(view: View) -> View:
    """A page of the reporter: no trace, no caching, no referrer, files in memory only, errors without content."""

    protected = csrf_protect(ensure_csrf_cookie(view))

    @csrf_exempt
    @wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.bureau is None:
            raise Http404("没有这个教育主管部门。")
        request.upload_handlers = [door.MemoryOnlyHandler(request)]
        token = current_trace.set(NO_TRACE)
        try:
            response: HttpResponse = protected(request, *args, **kwargs)
        except (Http404, PermissionDenied, SuspiciousOperation, BadRequest):
            raise
        except Exception as error:  # noqa: BLE001 - the message of an error may quote what was written
            response = _failed(request, error)
        finally:
            current_trace.reset(token)
        response.headers["Cache-Control"] = "no-store"
        # Not "no-referrer": a plain form would then come with the origin "null" and its token be refused.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    page.is_public = True  # type: ignore[attr-defined]
    return page


def _failed(request: Any, error: Exception) -> HttpResponse:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    logger.error("%s at %s", type(error).__name__, place)
    return render(request, "500.html", status=500)


def _show(request: Any, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {"messages": [], **context}, status=status)


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PublicRequest) -> HttpResponse:
    """The form (GET); a preview without JavaScript (`preview`), or the report itself (POST)."""
    if request.method != "POST":
        return _form(request, ReportForm(bureau=request.bureau, initial={"draft": secrets.token_hex(16)}))
    form = ReportForm(request.POST, bureau=request.bureau)
    if getattr(request, "is_too_large", False):
        form.add_error(None, TOO_LARGE)
    if not form.is_valid():
        return _form(request, form, status=422)
    if "preview" in request.POST:
        return _form(request, form, preview=citizen_selectors.preview_of(form.cleaned_data, form.contact()))
    return _send(request, form)


def _form(
    request: PublicRequest, form: ReportForm, *, preview: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "preview": preview,
        "map": citizen_selectors.map_of(request.bureau),
        "kinds_hint": citizen_selectors.KIND_HINTS,
        "tiles": settings.MAP_TILES_URL,
    }
    return _show(request, "complaints/report_form.html", context, status)


def _send(request: PublicRequest, form: ReportForm) -> HttpResponse:
    values = form.cleaned_data
    once = door.Once(values["draft"])
    if receipt := once.known():
        return _sent(request, receipt)
    try:
        verdict = door.judge(
            bureau=request.bureau,
            sender=limits.sender_of(request, values["device"]),
            text=values["text"],
            has_worked=work.spend(request.bureau, values["report_pass"]),
            is_trapped=bool(values["website"]),
        )
        if verdict.is_refused:
            form.add_error(None, TOO_MANY)
            return _form(request, form, status=429)
        made = services.report_send(
            bureau=request.bureau,
            sent=citizen_selectors.sent_of(form, _files(request)),
            is_quarantined=verdict.is_quarantined,
            is_spam_suspect=verdict.is_spam,
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _form(request, form, status=422)
    finally:
        once.release()
    once.keep(made.receipt)
    return _sent(request, made.receipt)


def _files(request: PublicRequest) -> tuple[bytes, ...]:
    return tuple(file.read() for file in request.FILES.getlist("files"))


def _sent(request: PublicRequest, receipt: str) -> HttpResponse:
    context = {"receipt": receipt, "groups": [receipt[at : at + 4] for at in range(0, len(receipt), 4)]}
    return _show(request, "complaints/report_sent.html", context)


@citizen_page
@require_POST
def preview(request: PublicRequest) -> HttpResponse:
    """What the handler will see, as a part of the page; nothing is kept."""
    if not limits.passes(limits.UPLOAD_ADDRESS, limits.sender_of(request).address):
        return HttpResponse(TOO_MANY, status=429)
    form = ReportForm(request.POST, bureau=request.bureau)
    form.is_valid()
    values = {name: form.cleaned_data.get(name) for name in form.fields}
    contact = [str(values[name]) for name in ("contact_name", "contact_phone") if values[name]]
    shown = citizen_selectors.preview_of(values, contact)
    return _show(request, "complaints/_report_preview.html", {"preview": shown})


@citizen_page
@require_safe
def challenge(request: PublicRequest) -> HttpResponse:
    """A proof-of-work challenge."""
    if not limits.passes(limits.CHALLENGE_ADDRESS, limits.sender_of(request).address):
        return JsonResponse({"message": TOO_MANY}, status=429)
    return JsonResponse(work.challenge(request.bureau, is_busy=limits.is_busy(request.bureau)))


@citizen_page
@require_POST
def redeem(request: PublicRequest) -> HttpResponse:
    """A solved challenge for a pass."""
    given = work.redeem(request.bureau, request.POST.get("answer", ""))
    if not given:
        return JsonResponse({"message": "验证没有通过，正在重新计算。"}, status=403)
    return JsonResponse({"pass": given})


@citizen_page
@require_POST
def upload(request: PublicRequest) -> HttpResponse:
    """Begin an upload or ask how far it is: headers Report-Pass and Upload-Key, fields size and sha256."""
    if refused := _refused(request):
        return refused
    size = request.POST.get("size", "")
    try:
        progress = services.upload_open(
            key=request.headers.get("Upload-Key", ""),
            size=int(size) if size.isdecimal() and len(size) < 10 else 0,
            sha256=request.POST.get("sha256", ""),
        )
    except DomainError as error:
        return JsonResponse({"message": error.message}, status=422)
    return _progress(progress)


@citizen_page
@require_POST
def upload_part(request: PublicRequest) -> HttpResponse:
    """One part as the raw body: headers Report-Pass, Upload-Key, Upload-Offset. The answer says what is here."""
    if refused := _refused(request, counts=False):
        return refused
    offset = request.headers.get("Upload-Offset", "")
    try:
        progress = services.upload_part(
            key=request.headers.get("Upload-Key", ""),
            offset=int(offset) if offset.isdecimal() and len(offset) < 10 else -1,
            data=request.body,
        )
    except services.OffsetMismatch as error:
        return JsonResponse({"received": error.received, "message": error.message}, status=409)
    except DomainError as error:
        return JsonResponse({"message": error.message}, status=422)
    return _progress(progress)


def _refused(request: PublicRequest, *, counts: bool = True) -> HttpResponse | None:
    if not work.is_pass(request.bureau, request.headers.get("Report-Pass", "")):
        return JsonResponse({"message": "请重新验证。"}, status=403)
    if counts and not limits.passes(limits.UPLOAD_ADDRESS, limits.sender_of(request).address):
        return JsonResponse({"message": TOO_MANY}, status=429)
    return None


def _progress(progress: services.Progress) -> JsonResponse:
    return JsonResponse({"received": progress.received, "size": progress.size, "sha256": progress.sha256})


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: PublicRequest) -> HttpResponse:
    """The form for the code (GET); stage, due date, messages and outcome of one report (POST)."""
    if request.method != "POST":
        return _show(request, "complaints/track_form.html", {"form": CodeForm()})
    return _with_clue(request, lambda clue: "")


def _with_clue(request: PublicRequest, act: Callable[[Clue], str]) -> HttpResponse:
    """Find the clue of the posted code, let `act` change it, show it with what `act` said."""
    form = CodeForm(request.POST)
    sender = limits.sender_of(request)
    if not limits.passes(limits.TRACK_ADDRESS, sender.address):
        form.add_error(None, TOO_MANY)
        return _show(request, "complaints/track_form.html", {"form": form}, 429)
    typed = form.cleaned_data["code"] if form.is_valid() else ""
    clue = services.clue_by_receipt(bureau=request.bureau, typed=typed)
    if clue is None:
        if form.is_valid():
            form.add_error("code", WRONG_CODE)
        return _show(request, "complaints/track_form.html", {"form": form}, 422)
    said, refused = "", ""
    try:
        said = act(clue)
    except DomainError as error:
        refused = error.message
    context = {
        "report": citizen_selectors.report_of(clue.pk),
        "code": typed,
        "said": said,
        "refused": refused,
        "text": request.POST.get("text", "") if refused else "",
    }
    return _show(request, "complaints/track.html", context, 422 if refused else 200)


@citizen_page
@require_POST
def track_add(request: PublicRequest) -> HttpResponse:
    """Words or photos that the reporter adds."""

    def act(clue: Clue) -> str:
        values = _said(request, clue)
        services.reporter_add(
            clue=clue, text=values["text"], upload_keys=values["uploads"].split(), files=_files(request)
        )
        return "已补充，办理人会看到。"

    return _with_clue(request, act)


@citizen_page
@require_POST
def track_solved(request: PublicRequest) -> HttpResponse:
    """Whether the problem is solved, as the reporter sees it."""

    def act(clue: Clue) -> str:
        values = _said(request, clue)
        answer = request.POST.get("solved", "")
        if answer not in {"YES", "NO"}:
            raise Unlawful("请选“已解决”或“没有解决”。")
        services.reporter_solved(clue=clue, is_solved=answer == "YES", text=values["text"])
        return "谢谢，您的评价已记录。"

    return _with_clue(request, act)


@citizen_page
@require_POST
def track_reopen(request: PublicRequest) -> HttpResponse:
    """Ask for another handling."""

    def act(clue: Clue) -> str:
        services.reporter_reopen_ask(clue=clue, text=_said(request, clue)["text"])
        return "已收到。由负责人决定是否重新办理，结果仍用这个查询码查看。"

    return _with_clue(request, act)


def _said(request: PublicRequest, clue: Clue) -> dict[str, Any]:
    form = SayForm(request.POST)
    if getattr(request, "is_too_large", False):
        raise Unlawful(TOO_LARGE)
    if not form.is_valid():
        raise Unlawful("补充内容不能超过 2000 字，请分两次写。")
    if form.cleaned_data["website"] or not limits.passes(limits.SAY_CLUE, f"clue{clue.pk}"):
        raise Unlawful("补充得太频繁，请一小时后再试。")
    return form.cleaned_data


@citizen_page
@require_POST
def look(request: PublicRequest) -> JsonResponse:
    """Which personal marks a text seems to carry, for the warning while writing; nothing is kept."""
    if not limits.passes(limits.UPLOAD_ADDRESS, limits.sender_of(request).address):
        return JsonResponse({"found": []})
    return JsonResponse({"found": redact(request.POST.get("text", "")[:4000]).found})


@citizen_page
@require_safe
def privacy(request: PublicRequest) -> HttpResponse:
    """What is protected, and what is not promised."""
    return _show(request, "complaints/privacy.html", {})
