"""`/api/v1/bank/`: a bank's own system hands in statements."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.services import system_user
from casework.crypto import blind_index
from casework.errors import NotAllowed, Unlawful
from casework.money import fen
from funds import services
from funds.api.signed import SIGNATURE, SignedView
from funds.models import BankProfile, Channel, EscrowAccount, MachineKey, StatementBundle, StatementFile


class FileSerializer(serializers.ModelSerializer[StatementFile]):
    """What became of a file."""

    account_tail = serializers.CharField(source="account.number_tail", help_text="账号末四位")
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = StatementFile
        fields = (
            "uid", "account_tail", "file_name", "sha256", "state", "state_label", "refusal", "covers_from",
            "covers_to", "line_count", "came_fen", "went_fen", "opening_fen", "closing_fen", "received_at",
        )  # fmt: skip


class BundleSerializer(serializers.ModelSerializer[StatementBundle]):
    """What became of a file of many accounts, and of each account's part."""

    state_label = serializers.CharField(source="get_state_display")
    files = FileSerializer(source="parts", many=True)

    class Meta:
        model = StatementBundle
        fields = (
            "uid", "file_name", "sha256", "state", "state_label", "refusal", "line_count", "received_at", "files",
        )  # fmt: skip


EITHER = PolymorphicProxySerializer(
    component_name="BankStatement",
    serializers=[FileSerializer, BundleSerializer],
    resource_type_field_name=None,
)


class _OfBank(SignedView):
    """Only for a bank's key."""

    def bank_key(self, request: Request) -> MachineKey:
        """The bank's key that signed. Raises NotAllowed (bad signature, another office's key)."""
        key = self.signed_by(request)
        if key.bank_id is None:
            raise NotAllowed("这个密钥不是发给银行的，只能推送风险信号。")
        return key


@method_decorator(csrf_exempt, name="dispatch")
class StatementPush(_OfBank):
    """Hand in the file of one account, or of many by such a layout. The same file again gives the first answer."""

    @extend_schema(
        operation_id="bank_statement_push",
        request=bytes,
        responses={200: EITHER, 422: EITHER},
        parameters=[
            *SIGNATURE,
            OpenApiParameter("account", str, description="监管账户完整账号；多账户模板的文件不写"),
            OpenApiParameter("profile", str, required=True, description="对账单模板名称"),
            OpenApiParameter("name", str, description="文件名"),
            OpenApiParameter("opening", str, description="期初余额（元）"),
            OpenApiParameter("closing", str, description="期末余额（元）"),
            OpenApiParameter("count", int, description="笔数"),
            OpenApiParameter("from", date, description="起始日期"),
            OpenApiParameter("to", date, description="截止日期"),
        ],
    )
    def post(self, request: Request) -> Response:
        """The body is the bank's file, byte by byte."""
        key = self.bank_key(request)
        asked = request.query_params
        profile = _profile(key, asked.get("profile", ""))
        if profile.layout.get("many_accounts"):
            return self._many(key, profile, asked)
        row = services.statement_receive(
            actor=system_user(),
            account=_account(key, asked.get("account", "")),
            profile=profile,
            data=self.body,
            name=asked.get("name", "接口推送"),
            handover=_handover(key, asked),
        )
        return Response(FileSerializer(row).data, status=422 if row.refusal else 200)

    def _many(self, key: MachineKey, profile: BankProfile, asked: Any) -> Response:
        row = services.bundle_receive(
            actor=system_user(),
            profile=profile,
            data=self.body,
            name=asked.get("name", "接口推送"),
            handover=_handover(key, asked),
        )
        return Response(BundleSerializer(row).data, status=422 if row.refusal else 200)


class StatementState(_OfBank):
    """What became of a file."""

    @extend_schema(operation_id="bank_statement_state", responses=EITHER, parameters=SIGNATURE)
    def get(self, request: Request, uid: UUID) -> Response:
        """State, reason of a refusal, sums."""
        key = self.bank_key(request)
        row = (
            StatementFile.objects.filter(uid=uid, account__bank=key.bank_id).select_related("account").first()
        )
        if row is None:
            bundle = StatementBundle.objects.filter(uid=uid, bank=key.bank_id).first()
            if bundle is not None:
                return Response(BundleSerializer(bundle).data)
            return Response({"detail": "没有这份文件，或不是本行账户的。"}, status=404)
        return Response(FileSerializer(row).data)


def _account(key: MachineKey, number: str) -> EscrowAccount:
    digest = blind_index("".join(number.split()))
    rows = EscrowAccount.objects.filter(bank=key.bank_id, number_digest=digest).exclude(status="CLOSED")
    row = rows.select_related("bank", "institution", "region", "bureau").first() if digest else None
    if row is None:
        raise Unlawful("本行名下没有这个监管账户，请核对账号。")
    return row


def _profile(key: MachineKey, name: str) -> BankProfile:
    row = BankProfile.objects.filter(bureau=key.bureau_id, name=name, is_current=True).first()
    if row is None:
        raise Unlawful(f"没有名为“{name[:60]}”的对账单模板，请向教育局核对。")
    return row


def _handover(key: MachineKey, asked: Any) -> services.Handover:
    try:
        money = {f"{name}_fen": fen(asked[name]) for name in ("opening", "closing") if asked.get(name)}
        days = {
            f"covers_{name}": date.fromisoformat(asked[name]) for name in ("from", "to") if asked.get(name)
        }
        count = int(asked["count"]) if asked.get("count") else None
    except ValueError as error:
        raise Unlawful("金额、笔数或日期的写法不对：金额以元计，日期写作 2026-11-20。") from error
    return services.Handover(Channel.API, key, count=count, **money, **days)  # type: ignore[arg-type]
