"""Open data: institutions and lists, without a key."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import condition
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from blacklist.models import ListEntry, ListKind
from blacklist.public import selectors
from blacklist.public.tables import INSTITUTION_COLUMNS
from casework.selectors import data_version
from casework.web import export_response
from institutions.models import Institution

PUBLIC_FIELDS = (
    "public_id",
    "name",
    "uscc",
    "standing",
    "operating_state",
    "licence_no",
    "licence_state",
    "licence_from",
    "licence_to",
    "subject_kind",
    "track",
    "profit_kind",
    "town",
    "address",
    "phone",
    "list_status",
    "ended_on",
)


class OpenDataPagination(PageNumberPagination):
    """Pages of 100, at most 1,000."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000


class PublicInstitutionSerializer(serializers.ModelSerializer[Institution]):
    """One place as the public may know it."""

    town = serializers.CharField(source="region.name", help_text="乡镇（街道）")
    phone = serializers.SerializerMethodField(help_text="固定电话或服务号码；个人手机号不公开")

    class Meta:
        model = Institution
        fields = PUBLIC_FIELDS

    @extend_schema_field(OpenApiTypes.STR)
    def get_phone(self, row: Institution) -> str:
        return selectors.public_phone(row)


class PublicListingSerializer(serializers.ModelSerializer[ListEntry]):
    """One entry in force on a list."""

    public_id = serializers.CharField(source="institution.public_id")
    name = serializers.CharField(source="institution.name")
    uscc = serializers.CharField(source="institution.uscc")
    licence_no = serializers.CharField(source="institution.licence_no")
    town = serializers.CharField(source="institution.region.name")
    address = serializers.CharField(source="institution.address")
    batch_no = serializers.IntegerField(source="batch.batch_no", default=None, allow_null=True)
    number = serializers.CharField(help_text="公布文号")

    class Meta:
        model = ListEntry
        fields = (
            "uid",
            "kind",
            "public_id",
            "name",
            "uscc",
            "licence_no",
            "town",
            "address",
            "batch_no",
            "number",
            "starts_on",
            "planned_end_on",
            "ground_text",
            "way_out",
        )


def _etag(request: Any, *args: Any, **kwargs: Any) -> str:
    bureau = getattr(request, "bureau", None)
    number = data_version(bureau).number if bureau else 0
    today: date = timezone.localdate()
    return f'W/"{number}-{today:%Y%m%d}"'


class _OpenData(ListAPIView[Any]):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    pagination_class = OpenDataPagination
    filter_backends: list[Any] = []

    @method_decorator(condition(etag_func=_etag))
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=60)
        return response

    def bureau(self) -> Any:
        """The bureau of the address; 404 without one."""
        found = getattr(self.request._request, "bureau", None)
        if found is None:
            raise NotFound("没有这个教育主管部门。")
        return found


def _chosen(request: Request, name: str, known: list[str]) -> str:
    value = request.query_params.get(name, "").upper()
    if value and value not in known:
        raise serializers.ValidationError({name: [f"取值应为 {'、'.join(known)} 之一。"]})
    return value


@extend_schema_view(
    get=extend_schema(
        operation_id="public_institutions_list",
        summary="机构（公开数据）",
        description="全部机构，含无证和已注销的场所。无需密钥。",
        parameters=[
            OpenApiParameter("list_status", str, description="NONE、WHITE、BLACK、RED"),
            OpenApiParameter("q", str, description="名称、拼音、地址或证号"),
        ],
        auth=[],
    )
)
class InstitutionList(_OpenData):
    """Every place of the bureau, unlicensed and closed ones included."""

    serializer_class = PublicInstitutionSerializer
    queryset = Institution.objects.none()

    def get_queryset(self) -> Any:
        rows = selectors.all_institutions(self.bureau())
        if value := _chosen(self.request, "list_status", ["NONE", "WHITE", "BLACK", "RED"]):
            rows = rows.filter(list_status=value)
        query = selectors.clean_query(self.request.query_params.get("q", ""))
        return rows.search(query) if query else rows


@extend_schema_view(
    get=extend_schema(
        operation_id="public_lists_list",
        summary="名单（公开数据）",
        description="白、黑、红名单的在册条目。无需密钥。",
        parameters=[OpenApiParameter("kind", str, description="WHITE、BLACK、RED")],
        auth=[],
    )
)
class ListingList(_OpenData):
    """Entries in force on the lists."""

    serializer_class = PublicListingSerializer
    queryset = ListEntry.objects.none()

    def get_queryset(self) -> Any:
        rows = selectors.all_listings(self.bureau())
        value = _chosen(self.request, "kind", list(ListKind.values))
        return rows.filter(kind=value) if value else rows


@extend_schema(
    operation_id="public_institutions_csv",
    summary="机构（CSV 文件）",
    description="全部机构一个文件，UTF-8，带表头，末行为行数。",
    responses={(200, "text/csv"): OpenApiTypes.STR},
    auth=[],
)
@api_view(["GET"])
@permission_classes([AllowAny])
def institutions_csv(request: Request) -> HttpResponse | StreamingHttpResponse:
    """Every place in one streamed file."""
    bureau = getattr(request._request, "bureau", None)
    if bureau is None:
        raise NotFound("没有这个教育主管部门。")
    rows = selectors.all_institutions(bureau)
    return export_response(rows, INSTITUTION_COLUMNS, f"{bureau.region.name}校外培训机构", "csv")
