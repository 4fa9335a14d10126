"""`/api/v1/signals/`: banks, courts and registers tell what bears on an institution's solvency (功能 X3, F18)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funds import services
from funds.api.signed import SIGNATURE, SignedView
from funds.models import SignalKind
from funds.outside_sheets.rows import OutsideRow

SIGNALS_MAX = 500
KINDS = f"信号：{'、'.join(f'{code} {label}' for code, label in SignalKind.choices)}"
Work = Callable[..., list[OutsideRow]]
RESULTS = {"NEW": "已办理", "SAME": "此前已办理，无变化", "REJECTED": "未办理"}


class SignalItem(serializers.Serializer[Any]):
    """One signal. The source is that of the key."""

    uscc = serializers.CharField(max_length=18, allow_blank=True, default="", help_text="统一社会信用代码")
    place = serializers.CharField(
        max_length=120, allow_blank=True, default="", help_text="机构名称；没有统一社会信用代码的必填"
    )
    kind = serializers.CharField(max_length=60, help_text=KINDS)
    reference = serializers.CharField(max_length=80, help_text="来源编号：案号、文号、流水号")
    happened_on = serializers.CharField(max_length=20, help_text="发生日期，如 2026-11-20")
    summary = serializers.CharField(max_length=300, allow_blank=True, default="", help_text="情况")


class ClearItem(serializers.Serializer[Any]):
    """One signal that counts no longer."""

    kind = serializers.CharField(max_length=60, help_text=KINDS)
    reference = serializers.CharField(max_length=80, help_text="登记时的来源编号")
    cleared_on = serializers.DateField(help_text="消除日期")
    note = serializers.CharField(max_length=200, help_text="消除依据：结案文书、缴清凭证")


class SignalResult(serializers.Serializer[Any]):
    """What became of one item of the request, in its order."""

    number = serializers.IntegerField(help_text="第几条，从 1 起")
    reference = serializers.CharField()
    result = serializers.ChoiceField(choices=list(RESULTS.items()))
    result_label = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField(), help_text="未办理的原因")


class _Signals(SignedView):
    body_max: ClassVar[int] = 1024 * 1024
    too_long: ClassVar[str] = f"请求超过 1 MB。一次最多 {SIGNALS_MAX} 条，请分次推送。"

    def items_of(self, shape: type[serializers.Serializer[Any]]) -> list[dict[str, Any]]:
        """The list that the body holds. Raises ValidationError (400) when it is none or too long."""
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError("正文不是 JSON（UTF-8）。") from error
        if not isinstance(told, list) or not 1 <= len(told) <= SIGNALS_MAX:
            raise serializers.ValidationError(f"正文应是 1 至 {SIGNALS_MAX} 条组成的数组。")
        read = shape(data=told, many=True)
        read.is_valid(raise_exception=True)
        return [dict(one) for one in read.validated_data]

    def answer(self, request: Request, shape: type[serializers.Serializer[Any]], work: Work) -> Response:
        """200 when all items are done, 422 when at least one is not; each with its result."""
        key = self.signed_by(request)
        told = self.items_of(shape)
        rows = work(key=key, told=told)
        results = [
            {
                "number": row.number,
                "reference": one["reference"],
                "result": row.kind,
                "result_label": RESULTS[row.kind],
                "reasons": row.reasons,
            }
            for row, one in zip(rows, told, strict=True)
        ]
        status = 422 if any(row.reasons for row in rows) else 200
        return Response(SignalResult(results, many=True).data, status=status)


@method_decorator(csrf_exempt, name="dispatch")
class SignalPush(_Signals):
    """Tell signals. A signal told before changes nothing."""

    @extend_schema(
        operation_id="signals_push",
        request=SignalItem(many=True),
        responses={200: SignalResult(many=True), 422: SignalResult(many=True)},
        parameters=SIGNATURE,
    )
    def post(self, request: Request) -> Response:
        """Each item is registered for itself; the answer says of each what became of it."""
        return self.answer(request, SignalItem, services.signals_push)


@method_decorator(csrf_exempt, name="dispatch")
class SignalClear(_Signals):
    """Tell that signals of one's own count no longer."""

    @extend_schema(
        operation_id="signals_clear",
        request=ClearItem(many=True),
        responses={200: SignalResult(many=True), 422: SignalResult(many=True)},
        parameters=SIGNATURE,
    )
    def post(self, request: Request) -> Response:
        """Only signals of the key's source; each item for itself."""
        return self.answer(request, ClearItem, services.signals_unsay)
