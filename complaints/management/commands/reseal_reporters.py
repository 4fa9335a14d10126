"""`manage.py reseal_reporters`: put every sealed report under the newest key of REPORTER_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from complaints.services import reporters_reseal


class Command(BaseCommand):
    """Run after a key with a higher number was added; the older one may be removed afterwards."""

    help = "将全部密封的反映人信息换到编号最大的密钥下；完成后可以移除旧密钥。"

    def handle(self, *args: Any, **options: Any) -> None:
        moved = reporters_reseal(actor=User.objects.get(is_system=True))
        self.stdout.write(f"已更换 {moved} 件。")
