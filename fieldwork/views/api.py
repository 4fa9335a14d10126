"""The field app's protocol: bundle, operations, files, state. Every answer carries the server's time."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.errors import DomainError, NotAllowed
from casework.web import AuthedRequest
from fieldwork import bundles, services
from fieldwork.models import FieldDevice, FieldFile
from fieldwork.registries import forms

View = Callable[..., Any]
PERMISSION = "fieldwork.field_open"


def answered(data: dict[str, Any], status: int = 200) -> JsonResponse:
    """JSON with the server's clock, by which the phone measures its own."""
    return JsonResponse({**data, "server_time": timezone.now().isoformat()}, status=status)


def told(code: str, message: str, status: int) -> JsonResponse:
    """A refusal that the app shows as it is."""
    return answered({"error": code, "message": message}, status)


def field_api(view: View) -> View:
    """Answer strangers with 401 instead of a login page, and refusals of services with their sentence."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return told("login", "登录已过期，请重新登录；手机里的记录都在。", 401)
        if not request.user.may(PERMISSION):
            return told("forbidden", "您没有“使用现场应用”的权限，请联系监管股负责人。", 403)
        try:
            response: HttpResponse = view(request, *args, **kwargs)
            return response
        except services.DeviceRevoked as error:
            return told("revoked", error.message, 403)
        except NotAllowed as error:
            return told("refused", error.message, 403)
        except DomainError as error:
            return told("refused", error.message, 409)

    guarded.permission = PERMISSION  # type: ignore[attr-defined]
    return guarded


@never_cache
@require_POST
@field_api
def bundle(request: AuthedRequest) -> HttpResponse:
    """Today's subjects; registers the phone and measures its clock."""
    device = _device(request, _body(request))
    return answered(bundles.bundle_for(actor=request.user, device=device, at=timezone.now()))


@never_cache
@require_GET
@ensure_csrf_cookie
@field_api
def hello(request: AuthedRequest) -> HttpResponse:
    """Who is signed in; also gives the token that later writes carry."""
    return answered({"user": {"id": request.user.pk, "name": request.user.name}})


@never_cache
@require_POST
@field_api
def operations(request: AuthedRequest) -> HttpResponse:
    """A batch of operations, each answered by its receipt."""
    body = _body(request)
    device = _device(request, body)
    given = body.get("operations")
    receipts = services.operations_receive(
        actor=request.user,
        device=device,
        operations=given if isinstance(given, list) else [],
        sent_at=services.parsed_time(body.get("clock")),
    )
    return answered(
        {
            "receipts": [{"uid": row.uid, "state": row.state, "reason": row.reason} for row in receipts],
            "skew_ms": device.skew_ms,
            "is_clock_wrong": device.is_clock_wrong,
        }
    )


@never_cache
@require_http_methods(["GET", "PUT"])
@field_api
def file(request: AuthedRequest, sha256: str) -> HttpResponse:
    """Put one piece of a file, or ask from where to go on."""
    device = services.device_meet(
        actor=request.user, uid=_uid(request.GET.get("device")), label="", clock=None
    )
    if request.method == "GET":
        known = bundles.file_of(device, sha256)
        return answered(_file(known) if known else {"state": "NONE", "received": 0})
    row = services.file_receive(
        actor=request.user,
        device=device,
        sha256=sha256,
        size=_number(request.GET.get("size")),
        offset=_number(request.GET.get("offset")),
        data=request.body,
    )
    return answered(_file(row))


@never_cache
@require_GET
@field_api
def state(request: AuthedRequest) -> HttpResponse:
    """What the desk holds of one subject."""
    device = services.device_meet(
        actor=request.user, uid=_uid(request.GET.get("device")), label="", clock=None
    )
    form = forms.get(request.GET.get("form", ""))
    subject = _uid(request.GET.get("subject"))
    held = bundles.state_of(actor=request.user, device=device, form=form, subject=subject) if form else None
    if held is None:
        return told("missing", f"没有找到这次{form.label if form else '填写'}，或您无权查看。", 404)
    return answered(held)


def _file(row: FieldFile) -> dict[str, Any]:
    return {"state": row.state, "received": row.received_bytes, "size": row.size}


def _device(request: AuthedRequest, body: dict[str, Any]) -> FieldDevice:
    about = body.get("device")
    given = about if isinstance(about, dict) else {}
    return services.device_meet(
        actor=request.user,
        uid=_uid(given.get("uid")),
        label=str(given.get("label") or ""),
        clock=services.parsed_time(body.get("clock")),
    )


def _body(request: AuthedRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise DomainError("发送的内容无法读取，请更新现场应用后重试；手机里的记录都在。") from error
    if not isinstance(found, dict):
        raise DomainError("发送的内容无法读取，请更新现场应用后重试；手机里的记录都在。")
    return found


def _uid(raw: Any) -> UUID:
    try:
        return UUID(str(raw))
    except ValueError as error:
        raise DomainError("没有写明是哪部手机，请更新现场应用后重试。") from error


def _number(raw: str | None) -> int:
    return int(raw) if raw and raw.isdecimal() and len(raw) < 12 else 0
