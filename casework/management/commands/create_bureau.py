"""`create_bureau CODE SLUG NAME WORD`: opens a county's bureau with its first administrator."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.management.commands.load_regions import load_county
from accounts.models import Bureau, Organisation, OrganisationKind, RoleAssignment, User
from accounts.roles import Role
from accounts.services import system_user
from casework import audit
from casework.management.commands.load_reference import load_all
from casework.people.services import temporary_password


class Command(BaseCommand):
    """Regions, reference data, the bureau, its own organisation, and one administrator."""

    help = "为一个县开通系统：装入辖区和基础数据，建立主管部门和第一个管理员。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="县级区划代码，如 500237")
        parser.add_argument("slug", help="网址标识，如 wushan（网址为 /b/wushan/）")
        parser.add_argument("name", help="主管部门全称，如 巫山县教育委员会")
        parser.add_argument("word", help="机关代字，如 巫教培")
        parser.add_argument("--host", default="", help="单独域名（可不填）")
        parser.add_argument("--hotline", default="", help="监督电话")

    def handle(self, *args: Any, **options: Any) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]{1,28}", options["slug"]):
            raise CommandError("网址标识只能用小写字母、数字和短横线，以字母开头。")
        if Bureau.objects.filter(slug=options["slug"]).exists():
            raise CommandError(f"网址标识 {options['slug']} 已被使用。")
        username, password = self._open(options)
        self.stdout.write(f"已开通：/b/{options['slug']}/")
        self.stdout.write(f"管理员账号 {username}，初始密码 {password}（首次登录须修改，只显示这一次）")

    @transaction.atomic
    def _open(self, options: dict[str, Any]) -> tuple[str, str]:
        county = load_county(options["code"])
        if Bureau.objects.filter(region=county).exists():
            raise CommandError(f"{county.name}已经开通。")
        bureau = Bureau.objects.create(
            slug=options["slug"],
            name=options["name"],
            short_name=options["name"],
            portal_title=f"{county.name}校外培训机构公开查询",
            host=options["host"],
            hotline=options["hotline"],
            region=county,
            parent=Bureau.objects.filter(region=county.parent).first(),
        )
        organisation = Organisation.objects.create(
            bureau=bureau,
            kind=OrganisationKind.EDUCATION,
            name=options["name"],
            short_name=options["name"],
            region=county,
            region_path=county.path,
            number_word=options["word"],
        )
        password = temporary_password()
        admin = User(
            username=f"{options['slug']}-admin",
            name="系统管理员",
            organisation=organisation,
            bureau=bureau,
            must_change_password=True,
        )
        admin.set_password(password)
        admin.save()
        RoleAssignment.objects.create(user=admin, role=Role.ADMIN)
        audit.record(actor=system_user(), verb="casework.bureau_open", target=organisation, bureau=bureau)
        load_all()
        return admin.username, password


audit.verb("casework.bureau_open", "开通主管部门")
