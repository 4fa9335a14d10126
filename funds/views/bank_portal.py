"""The bank's portal: files handed in with what became of them, and the upload. A bank user may do no more."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from casework.web import AuthedRequest, ListPage, crumbs, data, form_page, get_visible, portal_page
from funds import selectors
from funds.forms.bank import StatementForm
from funds.models import BankProfile, Channel, StatementBundle, StatementFile
from funds.views.bundles import bundle_url
from funds.views.statements import lines_page, upload

UPLOAD = "funds.statement_upload"
HOME = "funds_portal:statements"


@portal_page(UPLOAD)
def statements(request: AuthedRequest) -> HttpResponseBase:
    """Files of the bank's accounts."""
    return ListPage(
        request=request,
        rows=selectors.statements_visible(request.user),
        template="funds/portal_statements.html",
        title="对账单",
        unit="份",
    ).response()


def _address(row: StatementFile | StatementBundle) -> str:
    if isinstance(row, StatementBundle):
        return bundle_url(row, "funds_portal")
    return reverse("funds_portal:statement", kwargs={"uid": row.uid})


@portal_page(UPLOAD)
def statement(request: AuthedRequest, uid: UUID) -> HttpResponseBase:
    """One file with its lines."""
    row = get_visible(selectors.statements_visible(request.user), request.user, uid)
    return lines_page(
        request,
        row,
        "funds/portal_statement.html",
        "funds_portal",
        crumbs=crumbs(("对账单", reverse(HOME)), (row.file_name, "")),
    )


@portal_page(UPLOAD)
def upload_page(request: AuthedRequest) -> HttpResponse:
    """Hand in a file for an account of the bank."""
    actor = request.user
    profiles = BankProfile.objects.filter(bureau=actor.bureau, is_current=True).order_by("name")
    form = StatementForm(**data(request), accounts=selectors.bank_accounts(actor), profiles=profiles)
    return form_page(
        request,
        form,
        lambda values: _address(upload(actor, Channel.PORTAL, values)),
        heading="上传对账单",
        submit="上传并核对",
        cancel_url=reverse(HOME),
        done="文件已收到，核对结果如下。",
        template="funds/statement_upload.html",
        base="base_portal.html",
        preview_url=reverse("funds_portal:statement_preview"),
        crumbs=crumbs(("对账单", reverse(HOME)), ("上传", "")),
    )
