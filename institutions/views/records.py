"""The institution's file: facts, history, registering, editing, states, evidence, door sign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import segno
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from casework import registries
from casework.errors import StaleVersion
from casework.evidence.selectors import evidence_of
from casework.evidence.services import evidence_receive
from casework.web import (
    AuthedRequest,
    desk_page,
    fresh_key,
    get_visible,
    guarded,
    offers_as_actions,
    portal_page,
    submit_once,
)
from casework.workflow import available_transitions
from institutions import presentation, selectors, services
from institutions.forms import CloseForm, EvidenceForm, InstitutionEditForm, InstitutionForm, StepForm
from institutions.models import Institution
from institutions.rules import record_warnings

LIST_CRUMB = {"label": "机构档案", "url": "institutions:institution_list"}
STEPS: dict[str, tuple[type[StepForm], Callable[..., Institution], str]] = {
    "suspend": (StepForm, services.institution_suspend, "机构自所填日期起停业整顿，公开查询同步显示。"),
    "resume": (StepForm, services.institution_resume, "机构自所填日期起恢复办学。"),
    "close": (
        CloseForm,
        services.institution_close,
        "档案和全部历史保留；选择注销办学许可证的，许可证同时失效。",
    ),
    "ban": (StepForm, services.institution_ban, "档案和全部历史保留，公开查询显示已取缔。"),
    "reopen": (StepForm, services.institution_reopen, "已注销或吊销的许可证不会自动恢复，须重新登记许可证。"),
}


def _crumbs(*parts: tuple[str, str]) -> list[dict[str, str]]:
    head = {"label": LIST_CRUMB["label"], "url": reverse(LIST_CRUMB["url"])}
    return [head, *({"label": label, "url": url} for label, url in parts)]


def _address(institution: Institution) -> str:
    return reverse("institutions:institution_detail", args=[institution.uid])


def _file(request: AuthedRequest, uid: UUID) -> Institution:
    return get_visible(selectors.institutions_visible(request.user), request.user, uid)


@desk_page("institutions.institution_view")
def institution_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One place: what is known, what it was when, and everything that happened."""
    institution = _file(request, uid)
    return render(
        request, "institutions/institution_detail.html", _detail(request, institution, EvidenceForm())
    )


def _detail(request: AuthedRequest, institution: Institution, form: forms.Form) -> dict[str, Any]:
    actor = request.user
    offers = available_transitions(actor, institution)
    actions = offers_as_actions(
        offers, lambda name: reverse("institutions:institution_step", args=[institution.uid, name])
    )
    extra = [
        {"label": action.label, "url": url, "icon": action.icon, "method": "link"}
        for action, url in registries.offered_actions(actor, institution)
    ]
    return {
        "institution": institution,
        "crumbs": _crumbs((institution.name, "")),
        "may_edit": actor.may("institutions.institution_edit"),
        "may_see_person": actor.may("institutions.person_view"),
        "may_open_account": actor.may("institutions.account_open") and not institution.is_ended,
        "actions": [*extra, *actions],
        "fact_groups": presentation.fact_groups(institution),
        "former_names": selectors.former_names_of(actor, institution),
        "states": presentation.state_rows(selectors.institution_states(actor, institution)),
        "warnings": _standing_warnings(institution),
        "panels": _panels(request, institution),
        "timeline": presentation.timeline_items(actor, institution),
        "evidence": presentation.evidence_items(evidence_of(actor=actor, subject=institution)),
        "evidence_form": form if actor.may("institutions.institution_evidence") else None,
        "public_url": selectors.public_url(institution),
    }


def _standing_warnings(institution: Institution) -> list[str]:
    if institution.is_ended:
        return []
    code = institution.bureau.region.code[:6]
    return record_warnings(presentation.as_record(institution), today=timezone.localdate(), county_code=code)


def _panels(request: AuthedRequest, institution: Institution) -> list[dict[str, str]]:
    found = sorted(registries.panels.of("institutions.Institution"), key=lambda panel: panel.order)
    return [
        {
            "key": panel.key,
            "label": panel.label,
            "html": render_to_string(
                panel.template,
                {"institution": institution, **panel.context(request.user, institution)},
                request,
            ),
        }
        for panel in found
        if not panel.permission or request.user.may(panel.permission)
    ]


@desk_page("institutions.institution_register")
def institution_register(request: AuthedRequest) -> HttpResponse:
    """Enter a place. Oddities are shown once before saving; they never stop a person who has checked."""
    form = InstitutionForm(request.POST or None, actor=request.user)
    warnings: list[dict[str, str]] = []
    if request.method == "POST" and (done := _registered(request)):
        return redirect(_address(done))
    if request.method == "POST" and form.is_valid():
        warnings = _warnings(request, form)
        if _has_seen(request, warnings):
            with guarded(form):
                return redirect(
                    submit_once(actor=request.user, key=_key(request), work=lambda: _register(request, form))
                )
    context = {
        "form": form,
        "heading": "登记机构",
        "submit": "仍然登记" if warnings else "登记",
        "warnings": warnings,
        "seen": _digest(warnings),
        "cancel_url": reverse("institutions:institution_list"),
        "idempotency_key": _key(request) or fresh_key(),
        "crumbs": _crumbs(("登记机构", "")),
    }
    return render(request, "institutions/institution_form.html", context, status=422 if form.errors else 200)


def _registered(request: AuthedRequest) -> Institution | None:
    """What a first submit of the same form has made."""
    uid = _uid(request)
    return selectors.institutions_visible(request.user).filter(uid=uid).first() if uid else None


def _uid(request: AuthedRequest) -> UUID | None:
    try:
        return UUID(_key(request))
    except ValueError:
        return None


def _register(request: AuthedRequest, form: InstitutionForm) -> str:
    institution = services.institution_register(
        actor=request.user, values=form.values(), at=timezone.now(), uid=_uid(request)
    )
    messages.success(request, f"已登记“{institution.name}”。")
    return _address(institution)


def _key(request: AuthedRequest) -> str:
    return request.POST.get("idempotency_key", "")


def _warnings(request: AuthedRequest, form: InstitutionForm, but: int | None = None) -> list[dict[str, str]]:
    values = form.values()
    bureau = request.user.bureau
    code = bureau.region.code[:6] if bureau else ""
    found = [{"text": text} for text in record_warnings(values, today=timezone.localdate(), county_code=code)]
    if but is None:
        found += [
            {
                "text": f"{item.why}：{item.institution.name}（{item.institution.region.name}）",
                "url": _address(item.institution),
            }
            for item in selectors.institutions_similar(
                request.user,
                name=values["name"],
                uscc=values.get("uscc") or "",
                licence_no=values.get("licence_no") or "",
                phone=values.get("phone") or "",
                address=values.get("address") or "",
            )
        ]
    return found


def _digest(warnings: list[dict[str, str]]) -> str:
    return hashlib.sha256("\n".join(item["text"] for item in warnings).encode()).hexdigest()[:16]


def _has_seen(request: AuthedRequest, warnings: list[dict[str, str]]) -> bool:
    return not warnings or request.POST.get("seen") == _digest(warnings)


@desk_page("institutions.institution_edit")
def institution_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change facts of a record; the second of two editors is shown both versions."""
    institution = _file(request, uid)
    form = InstitutionEditForm(request.POST or None, instance=institution, actor=request.user)
    version: int = institution.version
    conflict: dict[str, Any] | None = None
    warnings: list[dict[str, str]] = []
    if request.method == "POST":
        version = _typed_version(request) or institution.version
        if form.is_valid():
            warnings = _warnings(request, form, but=institution.pk)
            if _has_seen(request, warnings):
                try:
                    if _edit(request, institution, form, version):
                        return redirect(_address(institution))
                except StaleVersion as error:
                    version = error.current.version
                    conflict = presentation.conflict(error.current, form, request.user)
    context = {
        "form": form,
        "heading": f"修改：{institution.name}",
        "submit": "仍然保存" if warnings else "保存",
        "warnings": [] if conflict else warnings,
        "seen": _digest(warnings),
        "version": version,
        "conflict": conflict,
        "cancel_url": _address(institution),
        "crumbs": _crumbs((institution.name, _address(institution)), ("修改", "")),
    }
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "institutions/institution_form.html", context, status=status)


def _typed_version(request: AuthedRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _edit(request: AuthedRequest, institution: Institution, form: InstitutionEditForm, version: int) -> bool:
    """Save; True when saved, False when the form now holds the refusal. Raises StaleVersion."""
    stale: list[StaleVersion] = []
    with guarded(form):
        try:
            edited = services.institution_edit(
                actor=request.user,
                institution=institution,
                values=form.values(),
                version=version,
                reason=form.cleaned_data["reason"],
                is_correction=form.cleaned_data["is_correction"],
                effective_on=form.cleaned_data["effective_on"],
            )
            is_same = edited.version == version
            messages.success(request, "内容没有变化。" if is_same else "已保存。")
        except StaleVersion as error:
            stale.append(error)
    if stale:
        raise stale[0]
    return form.is_valid()


@desk_page("institutions.institution_view")
def institution_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """Suspend, resume, close, ban or reopen, with day and reason."""
    institution = _file(request, uid)
    if name not in STEPS:
        raise Http404
    form_class, service, sentence = STEPS[name]
    offer = next(
        (item for item in available_transitions(request.user, institution) if item.transition.name == name),
        None,
    )
    if offer is None:
        messages.error(
            request, f"现在是“{institution.get_operating_state_display()}”，或您没有权限，不能办理这一步。"
        )
        return redirect(_address(institution))
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with guarded(form):
            service(actor=request.user, institution=institution, **form.cleaned_data)
        if form.is_valid():
            messages.success(request, f"已{offer.transition.label}。")
            return redirect(_address(institution))
    context = {
        "institution": institution,
        "form": form,
        "heading": offer.transition.label,
        "sentence": f"{institution.name}：{offer.transition.label}",
        "consequences": [sentence],
        "blockers": [str(reason) for reason in offer.reasons],
        "submit": f"确认{offer.transition.label}",
        "danger": offer.transition.is_danger,
        "cancel_url": _address(institution),
        "crumbs": _crumbs((institution.name, _address(institution)), (offer.transition.label, "")),
    }
    status = 422 if form.errors else 200
    return render(request, "institutions/institution_step.html", context, status=status)


@desk_page("institutions.institution_evidence")
@require_POST
def institution_evidence(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Add a photo or a file to the institution's file."""
    institution = _file(request, uid)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        with guarded(form):
            evidence_receive(
                actor=request.user,
                subject=institution,
                upload=form.cleaned_data["upload"],
                caption=form.cleaned_data["caption"],
            )
        if form.is_valid():
            messages.success(request, "材料已收存。")
            return redirect(f"{_address(institution)}#evidence")
    return render(
        request, "institutions/institution_detail.html", _detail(request, institution, form), status=422
    )


@desk_page("institutions.institution_view")
def institution_qr(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The QR code of the public page, as an image."""
    institution = _file(request, uid)
    code = segno.make_qr(selectors.public_url(institution), error="m")
    svg = code.svg_inline(scale=8, border=4, omitsize=True)
    body = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    response = HttpResponse(body, content_type="image/svg+xml")
    response["Content-Disposition"] = f'inline; filename="{institution.public_id}.svg"'
    return response


@desk_page("institutions.institution_view")
def institution_sign(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """A door sign to print: name, code and QR."""
    institution = _file(request, uid)
    context = {
        "institution": institution,
        "public_url": selectors.public_url(institution),
        "crumbs": _crumbs((institution.name, _address(institution)), ("门牌二维码", "")),
    }
    return render(request, "institutions/institution_sign.html", context)


@portal_page("institutions.institution_own_view")
def own_file(request: AuthedRequest) -> HttpResponse:
    """What the bureau has on record about the visitor's own institution."""
    organisation = request.user.organisation
    institution = selectors.institution_of_organisation(organisation) if organisation else None
    context: dict[str, Any] = {"institution": institution}
    if institution is not None:
        context |= {
            "fact_groups": presentation.fact_groups(institution),
            "former_names": selectors.former_names_of(request.user, institution),
            "states": presentation.state_rows(selectors.institution_states(request.user, institution)),
            "evidence": presentation.evidence_items(evidence_of(actor=request.user, subject=institution)),
            "public_url": selectors.public_url(institution),
        }
    return render(request, "institutions/institution_own.html", context)
