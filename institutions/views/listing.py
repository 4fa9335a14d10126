"""The register."""

from __future__ import annotations

from django.http import HttpResponseBase

from casework.web import AuthedRequest, Column, ListPage, desk_page
from institutions import selectors
from institutions.filters import InstitutionFilter
from institutions.views.common import parts

COLUMNS = (
    Column("机构名称", lambda row: row.name, 36),
    Column("别名", lambda row: "、".join(row.aliases), 20),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("证照情况", lambda row: row.get_standing_display()),
    Column("办学状态", lambda row: row.get_operating_state_display()),
    Column("学科属性", lambda row: row.get_subject_kind_display()),
    Column("培训类别", lambda row: row.get_track_display()),
    Column("营利性质", lambda row: row.get_profit_kind_display()),
    Column("线上培训", lambda row: row.is_online),
    Column("招生对象", lambda row: row.age_group_words, 20),
    Column("统一社会信用代码", lambda row: row.uscc, 22),
    Column("办学许可证号", lambda row: row.licence_no, 24),
    Column("许可证有效期起", lambda row: row.licence_from),
    Column("许可证有效期止", lambda row: row.licence_to),
    Column("许可证状态", lambda row: row.get_licence_state_display()),
    Column("名单", lambda row: row.get_list_status_display()),
    Column("地址", lambda row: row.address, 40),
    Column("所在楼层", lambda row: row.floors),
    Column("建筑面积（平方米）", lambda row: row.floor_area_m2),
    Column("同时段最多学员数", lambda row: row.capacity),
    Column("负责人", lambda row: row.head_name),
    Column("联系人", lambda row: row.contact_name),
    Column("联系电话", lambda row: row.phone, 18),
    Column("成立日期", lambda row: row.established_on),
    Column("终止日期", lambda row: row.ended_on),
    Column("公开编号", lambda row: row.public_id),
    Column("备注", lambda row: row.note, 30),
)


@desk_page("institutions.institution_view")
def institution_list(request: AuthedRequest) -> HttpResponseBase:
    """Every place in reach, filtered and exportable."""
    return ListPage(
        request=request,
        rows=selectors.institutions_visible(request.user),
        template="institutions/institution_list.html",
        title="机构档案",
        columns=COLUMNS,
        filterset=InstitutionFilter,
        unit="家",
        context={
            "may_register": request.user.may("institutions.institution_register"),
            "may_import": request.user.may("institutions.institution_import"),
            **parts(request.user, "institutions:institution_list"),
        },
    ).response()
