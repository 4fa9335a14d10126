"""The register of official documents, signing keys, and the catalogue of document kinds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Organisation
from casework import registries, typesetting
from casework.data import document_labels
from casework.documents import keys, selectors
from casework.documents.services import document_recall, posting_add
from casework.filters import DocumentFilter
from casework.forms import NumberWordForm, PostingForm, ReasonForm
from casework.models import DocumentKind, EvidenceFile, OfficialDocument
from casework.numbering import number_word_set, pattern_of
from casework.numbering.selectors import numbers_of
from casework.web import AuthedRequest, Column, ListPage, desk_page, guarded, run_transition

COLUMNS = (
    Column("文号", lambda row: row.number or "无文号", 28),
    Column("种类", lambda row: row.kind_name, 28),
    Column("标题", lambda row: row.title, 36),
    Column("当事人", lambda row: row.party, 30),
    Column("制发机关", lambda row: row.organ.name, 28),
    Column("制发日期", lambda row: row.issued_on),
    Column("状态", lambda row: row.get_state_display()),
    Column("状态说明", lambda row: row.state_reason, 30),
    Column("核验码", lambda row: row.code, 18),
)


@desk_page("casework.documents_view")
def document_list(request: AuthedRequest) -> HttpResponseBase:
    """The register of official documents."""
    return ListPage(
        request=request,
        rows=selectors.register(request.user),
        template="casework/document_list.html",
        title="文书登记",
        columns=COLUMNS,
        filterset=DocumentFilter,
        unit="份",
        filter_kwargs={"actor": request.user},
        context={"may_kinds": request.user.may("casework.kinds_view")},
    ).response()


@desk_page("casework.documents_view")
def document_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One document: what it says, its state and versions, how it was served and posted."""
    document = selectors.document_get(actor=request.user, uid=uid)
    user = request.user
    own = document.organ_id == user.organisation_id
    may_recall = own and user.may("casework.document_withdraw") and document.state == "VALID"
    services = selectors.services_of(user, document)
    context = {
        "document": document,
        "paper": typesetting.to_dict(typesetting.from_dict(document.content)),
        "chain": selectors.chain_of(document),
        "services": [(row, _files(row.evidence)) for row in services],
        "postings": _files(selectors.postings_of(document)),
        "may_post": document.bureau_id == user.bureau_id and user.may("casework.document_posting"),
        "may_recall": may_recall,
        "recall_reasons": selectors.recall_reasons(user, document) if may_recall else [],
        "subject_url": _subject_url(document),
        "facts": _facts(document),
        "key_warning": selectors.verify(document.code).revoked_key,
        "crumbs": _crumbs(document.number or document.title),
    }
    return render(request, "casework/document_detail.html", context)


@desk_page("casework.document_withdraw")
def document_withdraw_page(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Withdraw one document, with a reason that `/verify/` shows."""
    document = selectors.document_get(actor=request.user, uid=uid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            document_recall(actor=request.user, document=document, reason=form.cleaned_data["reason"])
            messages.success(request, "文书已撤回，文号保留，核验页已更新。")
            return redirect("casework:document_detail", uid=uid)
    name = document.number or document.title
    return _confirm(
        request,
        form,
        heading="撤回文书",
        sentence=f"撤回 {name}（{document.party or document.organ.name}）。",
        consequences=[
            "核验页立即显示“已撤回”和撤回原因。",
            "文号保留，不再使用；需要重新制发的，另取新号。",
            "已经送达的，请书面告知当事人。",
        ],
        blockers=[str(reason) for reason in selectors.recall_reasons(request.user, document)],
        submit="撤回文书",
        back=_detail_url(document),
        crumbs=_crumbs(name, _detail_url(document), "撤回"),
    )


@desk_page("casework.document_posting")
def document_posting(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Register a photo of the posted document."""
    document = selectors.document_get(actor=request.user, uid=uid)
    form = PostingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            posting_add(
                actor=request.user,
                document=document,
                upload=form.cleaned_data["photo"],
                captured_at=form.cleaned_data["captured_at"],
            )
            messages.success(request, "张贴照片已登记，校验值已固定。")
            return redirect("casework:document_detail", uid=uid)
    context = {
        "form": form,
        "heading": f"登记张贴照片：{document.number or document.title}",
        "sentence": "拍下整张文书和张贴的位置，二维码和文号要清楚。照片被撕下后，任何人可凭同一张照片在核验页证明张贴过这份文书。",
        "submit": "登记照片",
        "cancel_url": _detail_url(document),
        "crumbs": _crumbs(document.number or document.title, _detail_url(document), "张贴照片"),
    }
    return render(request, "ui/form_page.html", context, status=_status(request))


@desk_page("casework.keys_view")
def key_list(request: AuthedRequest) -> HttpResponse:
    """Signing keys with fingerprint, validity and number of documents."""
    user = request.user
    rows = selectors.keys_of(request.bureau)
    context = {
        "rows": rows,
        "may_edit": user.may("casework.keys_edit"),
        "may_confirm": user.may("casework.key_revoke"),
    }
    return render(request, "casework/key_list.html", context)


@desk_page("casework.keys_edit")
def key_rotate_page(request: AuthedRequest) -> HttpResponse:
    """Put a new key into use."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            key = keys.key_rotate(
                actor=request.user, bureau=request.bureau, reason=form.cleaned_data["reason"]
            )
            messages.success(request, f"已启用新密钥 {key.key_id}，此后制发的文书用它签名。")
            return redirect("casework:key_list")
    return _confirm(
        request,
        form,
        heading="更换签名密钥",
        sentence="生成一把新的签名密钥，原密钥停止签发。",
        consequences=[
            "以前制发的文书仍可核验，不需要重新制发。",
            "外勤终端下次联网时自动取得新公钥。",
            "怀疑密钥泄露的，请另行提出吊销原密钥。",
        ],
        submit="更换密钥",
        back=reverse("casework:key_list"),
        danger=False,
        crumbs=_key_crumbs("更换"),
    )


@desk_page("casework.keys_edit")
def key_revoke_page(request: AuthedRequest, key_id: str) -> HttpResponse:
    """Ask for the revocation of one key."""
    key = selectors.key_get(request.bureau, key_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            keys.key_revoke_ask(actor=request.user, key=key, reason=form.cleaned_data["reason"])
            messages.success(request, "已提出吊销，请另一位负责人确认。")
            return redirect("casework:key_list")
    return _confirm(
        request,
        form,
        heading="提出吊销签名密钥",
        sentence=f"提出吊销密钥 {key.key_id}。须由另一位负责人确认后生效。",
        consequences=[
            "生效后，用它签名的文书二维码不再能离线证明真伪，核验页会写明。",
            "文书本身的效力不变，仍可凭核验码查询登记内容。",
            "原因在公开的撤销清单中列出。",
        ],
        submit="提出吊销",
        back=reverse("casework:key_list"),
        crumbs=_key_crumbs("吊销"),
    )


@desk_page("casework.key_revoke")
def key_confirm_page(request: AuthedRequest, key_id: str) -> HttpResponse:
    """Confirm a revocation that somebody else asked for."""
    key = selectors.key_get(request.bureau, key_id)
    if request.method == "POST":
        run_transition(
            request, lambda: keys.key_revoke_confirm(actor=request.user, key=key), f"密钥 {key_id} 已吊销。"
        )
        return redirect("casework:key_list")
    asked = key.revoke_asked_by.name if key.revoke_asked_by else ""
    return _confirm(
        request,
        None,
        heading="确认吊销签名密钥",
        sentence=f"{asked}提出吊销密钥 {key.key_id}：{key.revoke_reason}",
        consequences=["确认后不能恢复。", "正在使用的密钥吊销后，系统立即启用新密钥。"],
        submit="确认吊销",
        back=reverse("casework:key_list"),
        crumbs=_key_crumbs("确认吊销"),
    )


@desk_page("casework.keys_edit")
def key_drop_page(request: AuthedRequest, key_id: str) -> HttpResponse:
    """Take a request for revocation back."""
    key = selectors.key_get(request.bureau, key_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            keys.key_revoke_drop(actor=request.user, key=key, reason=form.cleaned_data["reason"])
            messages.success(request, "吊销申请已撤销，密钥照常有效。")
            return redirect("casework:key_list")
    return _confirm(
        request,
        form,
        heading="撤销吊销申请",
        sentence=f"撤销对密钥 {key.key_id} 的吊销申请。",
        submit="撤销申请",
        back=reverse("casework:key_list"),
        danger=False,
        crumbs=_key_crumbs("撤销申请"),
    )


@desk_page("casework.kinds_view")
def kind_list(request: AuthedRequest) -> HttpResponse:
    """The catalogue of document kinds, with the number words of the reader's own organ."""
    organ = request.user.organisation
    labels = document_labels()["groups"]
    rows = selectors.catalogue()
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in rows:
        groups.setdefault(labels.get(kind.group, "名单、报表等"), []).append(_kind(kind, organ))
    context = {"groups": list(groups.items()), "total": len(rows), "organ": organ}
    return render(request, "casework/kind_list.html", context)


@desk_page("casework.kinds_view")
def kind_detail(request: AuthedRequest, code: str) -> HttpResponse:
    """One kind: required fields, signatures, service; the administrator sets the number words."""
    kind = selectors.kind_get(code)
    form = None
    if request.user.may("casework.kinds_edit") and kind.number_pattern:
        form = NumberWordForm(request.POST or None, actor=request.user)
    elif request.method == "POST":
        raise PermissionDenied("您没有“维护文号格式”的权限，请联系系统管理员。")
    if form is not None and request.method == "POST" and form.is_valid():
        with guarded(form):
            number_word_set(actor=request.user, kind=kind, **form.cleaned_data)
            messages.success(request, "文号中间字已更新，从下一个文号起使用。")
            return redirect("casework:kind_detail", code=code)
    labels = document_labels()
    details = kind.details
    context = {
        "kind": kind,
        "form": form,
        "fields": [labels["fields"].get(name, name) for name in details.get("required_fields", [])],
        "signatures": [labels["signatures"].get(name, name) for name in details.get("signatures", [])],
        "services": [labels["service"].get(name, name) for name in details.get("service_methods", [])],
        "patterns": [
            (organ, _sample(pattern_of(organ, code), organ))
            for organ in selectors.numbering_organs(request.user)
        ],
        "is_verified": kind.is_verified,
        "crumbs": [{"label": "文书目录", "url": reverse("casework:kind_list")}, {"label": kind.name}],
    }
    return render(request, "casework/kind_detail.html", context, status=_status(request))


def _kind(kind: DocumentKind, organ: Any) -> dict[str, Any]:
    pattern = kind.number_pattern
    return {
        "kind": kind,
        "number": _sample(pattern, organ) if pattern and organ else "",
        "is_verified": kind.is_verified,
    }


def _sample(pattern: str, organ: Organisation) -> str:
    """What a number of this pattern looks like this year."""
    return pattern.format(organ=organ.number_word or "机关代字", year=timezone.localdate().year, n="×")


def _facts(document: OfficialDocument) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": "种类", "value": document.kind_name},
        {
            "label": "文号",
            "value": document.number or "无文号",
            "rests_on": numbers_of(document.organ, document.kind) if document.number else None,
        },
        {"label": "当事人", "value": document.party or "—"},
        {"label": "制发机关", "value": document.organ.name},
        {"label": "制发时间", "value": f"{document.issued_on:%Y-%m-%d}", "sub": document.issued_by.name},
        {"label": "核验码", "value": document.code},
        {"label": "签名密钥", "value": document.key_id},
        {"label": "核验页公开", "value": "公开文号和当事人" if document.is_public else "只公开种类和机关"},
        {"label": "内容校验值", "value": document.content_hash[:16] + "…", "sub": "SHA-256"},
    ]
    if document.state != "VALID":
        rows.append({"label": document.get_state_display(), "value": document.state_reason})
    return rows


def _files(files: Any) -> list[dict[str, Any]]:
    return [_file(item) for item in files]


def _file(item: EvidenceFile) -> dict[str, Any]:
    url = reverse("casework:evidence_file", kwargs={"uid": item.uid})
    return {
        "url": url,
        "thumb_url": url if item.is_image else "",
        "name": item.caption or item.original_name,
        "kind": "photo" if item.is_image else "file",
        "taken_at": item.captured_at,
        "received_at": item.received_at,
        "uploaded_by": item.received_by.name,
        "sha256": item.sha256,
        "size": item.size,
        "flags": [flag["text"] for flag in item.flags],
    }


def _subject_url(document: OfficialDocument) -> str:
    url_of = registries.object_urls.get(document.subject_type)
    try:
        return url_of(document.subject_uid) if url_of else ""
    except NoReverseMatch:
        return ""


def _detail_url(document: OfficialDocument) -> str:
    return reverse("casework:document_detail", kwargs={"uid": document.uid})


def _crumbs(label: str, url: str = "", more: str = "") -> list[dict[str, str]]:
    rows = [{"label": "文书登记", "url": reverse("casework:document_list")}, {"label": label, "url": url}]
    return [*rows, {"label": more}] if more else rows


def _key_crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": "签名密钥", "url": reverse("casework:key_list")}, {"label": label}]


def _confirm(request: AuthedRequest, form: Any, *, back: str, **context: Any) -> HttpResponse:
    context = {"danger": True, "form": form, "cancel_url": back, **context}
    return render(request, "casework/confirm.html", context, status=_status(request))


def _status(request: AuthedRequest) -> int:
    return 422 if request.method == "POST" else 200
