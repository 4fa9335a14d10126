"""The people of the demonstration counties: one account for each role, and the rule of their passwords."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import OrganisationKind
from accounts.roles import Role

FULL_COUNTY = "wushan"
SMALL_COUNTY = "fengjie"
CITY = "chongqing"


@dataclass(frozen=True)
class DemoAccount:
    """One account; the user name is `<bureau>-<suffix>`, in the first organisation of `kind`."""

    suffix: str
    name: str
    title: str
    kind: OrganisationKind
    roles: tuple[Role, ...]


COUNTY_ACCOUNTS = (
    DemoAccount("admin", "易友田", "信息中心管理员", OrganisationKind.EDUCATION, (Role.ADMIN,)),
    DemoAccount("leader", "晏守拙", "副主任", OrganisationKind.EDUCATION, (Role.LEADER,)),
    DemoAccount("head", "龚怀瑾", "校外教育培训监管科科长", OrganisationKind.EDUCATION, (Role.SECTION_HEAD,)),
    DemoAccount("officer", "黎槿年", "执法人员", OrganisationKind.EDUCATION, (Role.OFFICER,)),
    DemoAccount("clerk", "骆皓予", "数据报送员", OrganisationKind.EDUCATION, (Role.DATA_CLERK,)),
    DemoAccount("legal", "卢秋禾", "法制审核员", OrganisationKind.EDUCATION, (Role.LEGAL_REVIEWER,)),
    DemoAccount("partner", "车鑫淼", "联络员", OrganisationKind.MARKET, (Role.PARTNER,)),
    DemoAccount("township", "向念慈", "教育专干", OrganisationKind.TOWNSHIP, (Role.TOWNSHIP_CLERK,)),
    DemoAccount("institution", "", "负责人", OrganisationKind.INSTITUTION, (Role.INSTITUTION_MANAGER,)),
    DemoAccount("monitor", "程知夏", "社会监督员", OrganisationKind.MONITORS, (Role.MONITOR,)),
    DemoAccount("school", "穆清和", "学校联系人", OrganisationKind.SCHOOL, (Role.SCHOOL_CONTACT,)),
)
# The bank's clerk of the full county is made with its statements.
BANK_ACCOUNT = DemoAccount("bank", "秦晓岚", "经办人", OrganisationKind.BANK, (Role.BANK_CLERK,))
CITY_ACCOUNTS = (
    DemoAccount("supervisor", "阚翊然", "校外教育培训监管处", OrganisationKind.EDUCATION, (Role.SUPERVISOR,)),
    DemoAccount("leader", "郗砚秋", "副主任", OrganisationKind.EDUCATION, (Role.LEADER,)),
)


def username(slug: str, suffix: str) -> str:
    """User name of a demonstration account of one bureau."""
    return f"{slug}-{suffix}"


def password(slug: str) -> str:
    """The password of every demonstration account of one bureau."""
    return f"Demo-2026-{slug}"


def accounts_of(slug: str) -> tuple[DemoAccount, ...]:
    """Accounts made for one bureau of the demonstration."""
    if slug == CITY:
        return CITY_ACCOUNTS
    return (*COUNTY_ACCOUNTS, BANK_ACCOUNT) if slug == FULL_COUNTY else COUNTY_ACCOUNTS
