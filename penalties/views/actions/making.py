"""Forms and runs of actions that need more than their fields."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from casework.web import (
    AuthedRequest,
    data,
)
from penalties import fees, forms
from penalties import services as s
from penalties.models import (
    Case,
    EvidenceItem,
)
from penalties.views.common import (
    case_get,
)


def case_form(request: AuthedRequest, case: Case, row: Any) -> Any:
    return forms.CaseForm(**data(request), instance=case_get(request, case.uid), actor=request.user)


def discretion_form(request: AuthedRequest, case: Case, row: Any) -> Any:
    return forms.DiscretionForm(**data(request), instance=case_get(request, case.uid))


def facts_form(request: AuthedRequest, case: Case, row: Any) -> Any:
    texts = "\n".join(case.casefacts.order_by("position").values_list("text", flat=True))
    return forms.FactsForm(**data(request), initial={"texts": texts or case.clue_facts})


def evidence_form(request: AuthedRequest, case: Case, row: Any) -> Any:
    item = EvidenceItem.objects.get(pk=row.pk) if row else None
    initial = {} if row else {"collected_on": timezone.localdate()}
    return forms.EvidenceForm(**data(request), case=case, instance=item, initial=initial)


def serve_form(request: AuthedRequest, case: Case, row: Any) -> Any:
    asked = request.GET.get("document", "")
    initial = {
        "document": int(asked) if asked.isdecimal() and len(asked) < 16 else None,
        "served_at": timezone.localtime(),
        "place": case.address_plain,
        "server_one": request.user.pk,
        "receiver_relation": "本人" if case.party_kind == "PERSON" else "负责人",
    }
    return forms.ServeForm(**data(request), case=case, initial=initial)


def edit(actor: User, case: Case, row: Any, form: Any) -> object:
    address = form.cleaned_data["party_address"]
    keeps = case.party_kind == "PERSON" and not address
    return s.case_edit(
        actor=actor,
        case=case,
        values={**form.values(), "region": form.cleaned_data["region"]},
        party_address=None if keeps else address,
        version=form.version,
    )


def evidence_add(actor: User, case: Case, row: Any, form: Any) -> object:
    given = form.cleaned_data
    return s.evidence_add(
        actor=actor, case=case, values=form.values(), facts=list(given["facts"]), uploads=given["uploads"]
    )


def evidence_edit(actor: User, case: Case, row: Any, form: Any) -> object:
    given = form.cleaned_data
    return s.evidence_edit(
        actor=actor, item=row, values=form.values(), facts=list(given["facts"]), uploads=given["uploads"]
    )


def fee_table(actor: User, case: Case, row: Any, form: Any) -> object:
    sheet = form.cleaned_data["sheet"]
    lines = fees.read_sheet(sheet.read()) if sheet else fees.read_text(form.cleaned_data["text"])
    return s.fees_set(actor=actor, case=case, lines=lines)


def interview(actor: User, case: Case, row: Any, form: Any) -> object:
    officers = list(form.cleaned_data["officers"])
    return s.interview_record(actor=actor, case=case, officers=officers, details=form.details())


def discretion(actor: User, case: Case, row: Any, form: Any) -> object:
    return s.discretion_set(
        actor=actor, case=case, values=form.values(), measures=form.measures(), version=form.version
    )


def review(actor: User, case: Case, row: Any, form: Any) -> object:
    given = form.cleaned_data
    return s.review_give(
        actor=actor,
        review=row,
        passed=given["passed"],
        opinions=form.opinions(),
        conclusion=given["conclusion"],
        qualification=given["qualification"],
    )


def serve(actor: User, case: Case, row: Any, form: Any) -> object:
    given = dict(form.cleaned_data)
    document, served_at, proof = given.pop("document"), given.pop("served_at"), given.pop("proof")
    return s.paper_serve(
        actor=actor,
        case=case,
        document=document,
        service=s.Service(**given),
        served_at=served_at,
        proof=proof,
    )


def deferral(actor: User, case: Case, row: Any, form: Any) -> object:
    given = form.cleaned_data
    return s.deferral_grant(actor=actor, case=case, reason=given["reason"], schedule=given["plan"])


def sampling(actor: User, case: Case, row: Any, form: Any) -> object:
    return s.sampling_take(
        actor=actor, case=case, details=form.details(), samples=form.cleaned_data["samples"]
    )


def sampling_form(request: AuthedRequest, case: Case, row: Any) -> Any:
    initial = {"sampled_at": timezone.localtime(), "place": case.address_plain}
    return forms.SamplingForm(**data(request), initial=initial)
