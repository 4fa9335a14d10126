"""`/verify/`: by code, by the scanned payload, by a photo of a posted notice; keys and revocations as files."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Bureau
from blacklist.public import selectors
from casework.canonical import sha256_hex
from casework.documents import publication
from casework.documents.selectors import photo_matches
from casework.documents.selectors import verify as verify_document
from casework.errors import Unlawful
from casework.evidence.checks import JPEG, PNG, clean_image, sniff
from casework.web.public import PublicRequest, public_page, show

PAYLOAD_MAX = 600
PHOTO_MAX_BYTES = 10 * 1024 * 1024
PHOTOS_PER_ADDRESS = 20
PHOTO_WINDOW_SECONDS = 600


def domain_hint(bureau: Bureau) -> str:
    """Where the real page lives; a forged notice leads elsewhere."""
    base = f"https://{bureau.host}" if bureau.host else settings.PUBLIC_BASE_URL.rstrip("/")
    return f"真的核验页地址是 {base.partition('://')[2]}，其他地址的核验结果不可信。"


@public_page
def verify_form(request: PublicRequest) -> HttpResponse:
    """Type the code printed under a document's QR code, or choose a photo; without either the form."""
    code = selectors.clean_query(request.GET.get("code", ""))
    if code:
        return redirect("blacklist_public:verify", code.replace("/", ""))
    return show(request, "public/verify_form.html", {})


@public_page
def verify(request: PublicRequest, code: str) -> HttpResponse:
    """Whether a document is genuine and still in force; the least that answers the question."""
    asked = selectors.clean_query(code)
    payload = request.GET.get("p", "")[:PAYLOAD_MAX]
    result = verify_document(asked, payload if payload.isascii() and payload.isprintable() else "-")
    context = {
        "code": asked,
        "document": result.document,
        "is_genuine": result.is_genuine,
        "revoked_key": result.revoked_key,
        "is_forged": bool(payload) and not result.is_genuine and result.revoked_key is None,
        "domain_hint": domain_hint(request.bureau),
    }
    return show(request, "public/verify.html", context)


@public_page
def keys(request: PublicRequest) -> HttpResponse:
    """Public keys of the bureau, old and new."""
    return _file(publication.key_file(request.bureau))


@public_page
def revocations(request: PublicRequest) -> HttpResponse:
    """Withdrawn and superseded documents and revoked keys, signed."""
    said = publication.revocation_file(request.bureau, timezone.localdate())
    if said is None:
        raise Http404("本单位还没有制发带签名的文书。")
    return _file(said)


def _file(said: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(json.dumps(said, ensure_ascii=False, indent=1), content_type="application/json")
    response["Access-Control-Allow-Origin"] = "*"
    return response


@csrf_exempt
def verify_photo(request: Any) -> HttpResponse:
    """Compare an uploaded photo with those registered when notices were posted; the photo is not kept.

    Needs no login and no cookie and changes nothing, so it carries no CSRF token.
    """
    if request.bureau is None:
        raise Http404("没有这个教育主管部门。")
    if request.method != "POST":
        return redirect("blacklist_public:verify_form")
    try:
        context = _compare(request)
        status = 200
    except Unlawful as error:
        context, status = {"error": error.message}, 422
    context["domain_hint"] = domain_hint(request.bureau)
    response = show(request, "public/verify_photo.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _compare(request: Any) -> dict[str, Any]:
    _count(request)
    upload = request.FILES.get("photo")
    if upload is None:
        raise Unlawful("请选择一张照片。")
    data = _read(upload)
    mime = sniff(data[:16], data)
    if mime not in {JPEG, PNG}:
        raise Unlawful("请选择 JPG 或 PNG 照片。")
    digest = sha256_hex(data)
    found = photo_matches(bureau=request.bureau, sha256=digest, phash=clean_image(data, mime).phash)
    return {"sha256": digest, "matches": found}


def _read(upload: UploadedFile[bytes]) -> bytes:
    if (upload.size or 0) > PHOTO_MAX_BYTES:
        raise Unlawful(f"照片超过 {PHOTO_MAX_BYTES // 1024 // 1024} MB，请压缩后再传。")
    data = upload.read()
    if not data:
        raise Unlawful("文件是空的，请重新选择。")
    return bytes(data)


def _count(request: Any) -> None:
    """A few photos per address and ten minutes: decoding pictures costs the server more than the sender."""
    key = f"verify-photo:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, PHOTO_WINDOW_SECONDS)
    try:
        tries = cache.incr(key)
    except ValueError:
        tries = 1
    if tries > PHOTOS_PER_ADDRESS:
        raise Unlawful("核验照片的次数过多，请十分钟后再试，或者输入核验码。")
