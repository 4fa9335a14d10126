"""Columns of the public files. What is not named here does not leave the house."""

from __future__ import annotations

from typing import Any

from blacklist.public.selectors import public_phone
from casework.web import Column

INSTITUTION_COLUMNS = (
    Column("公开编号", lambda row: row.public_id),
    Column("机构名称", lambda row: row.name),
    Column("统一社会信用代码", lambda row: row.uscc),
    Column("证照情况", lambda row: row.get_standing_display()),
    Column("办学状态", lambda row: row.get_operating_state_display()),
    Column("办学许可证号", lambda row: row.licence_no),
    Column("许可证状态", lambda row: row.get_licence_state_display()),
    Column("许可有效期起", lambda row: row.licence_from),
    Column("许可有效期止", lambda row: row.licence_to),
    Column("学科属性", lambda row: row.get_subject_kind_display()),
    Column("培训类别", lambda row: row.get_track_display()),
    Column("营利性质", lambda row: row.get_profit_kind_display()),
    Column("乡镇（街道）", lambda row: row.region.name),
    Column("地址", lambda row: row.address),
    Column("公开电话", public_phone),
    Column("名单", lambda row: row.get_list_status_display()),
    Column("终止日期", lambda row: row.ended_on),
)


def _batch(row: Any) -> str:
    return row.batch.batch_words if row.batch else ""


LIST_COLUMNS = (
    Column("名单", lambda row: row.get_kind_display()),
    Column("机构名称", lambda row: row.institution.name),
    Column("公开编号", lambda row: row.institution.public_id),
    Column("统一社会信用代码", lambda row: row.institution.uscc),
    Column("办学许可证号", lambda row: row.institution.licence_no),
    Column("培训类别", lambda row: row.institution.get_track_display()),
    Column("乡镇（街道）", lambda row: row.institution.region.name),
    Column("地址", lambda row: row.institution.address),
    Column("许可有效期止", lambda row: row.institution.licence_to),
    Column("批次", _batch),
    Column("列入日期", lambda row: row.starts_on),
    Column("公布文号", lambda row: row.number),
    Column("列入事由", lambda row: row.ground_text),
    Column("公布截止日", lambda row: row.planned_end_on),
    Column("移出条件", lambda row: row.way_out),
)
DICTIONARY = (
    ("public_id", "公开编号", "8 位字母数字，门牌二维码上的编号，终身不变"),
    ("name", "机构名称", "现用全称"),
    ("uscc", "统一社会信用代码", "18 位，未登记为空"),
    (
        "standing",
        "证照情况",
        "LICENSED 证照齐全、LICENCE_ONLY 有证无照、REGISTERED_ONLY 有照无证、UNLICENSED 无证无照",
    ),
    ("operating_state", "办学状态", "OPERATING 正常办学、SUSPENDED 停业整顿、CLOSED 已注销、BANNED 已取缔"),
    ("licence_no", "办学许可证号", "证书所载编号"),
    ("licence_state", "许可证状态", "NONE 无、VALID 有效、EXPIRED 已过期、REVOKED 已吊销、CANCELLED 已注销"),
    ("licence_from / licence_to", "许可有效期起止", "YYYY-MM-DD，止日含当日"),
    ("subject_kind", "学科属性", "SUBJECT 学科类、NON_SUBJECT 非学科类、UNKNOWN 未鉴别"),
    (
        "track",
        "培训类别",
        "CULTURE_ARTS 文化艺术、SPORT 体育、SCIENCE 科技、OTHER 综合及其他、SUBJECT 学科、UNKNOWN 未鉴别",
    ),
    ("profit_kind", "营利性质", "FOR_PROFIT 营利性、NON_PROFIT 非营利性、UNKNOWN 未登记"),
    ("town", "乡镇（街道）", "名称"),
    ("address", "地址", "办学地址"),
    ("phone", "公开电话", "固定电话或服务号码；个人手机号不公开"),
    ("list_status", "名单", "NONE 未列入、WHITE 白名单、BLACK 黑名单、RED 红名单、GREY 灰名单"),
    ("ended_on", "终止日期", "注销或取缔日期"),
)
