"""Keys of banks' machines become keys of any office's machine; a signal says which key told it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SOURCES = [
    ("BANK", "银行"), ("COURT", "法院"), ("REGISTRY", "市场监管"), ("LABOUR", "人社"), ("TAX", "税务"),
    ("LANDLORD", "出租方"), ("OTHER", "其他"),
]  # fmt: skip
ENDED = Q(ends_at__isnull=True) | (Q(ended_by__isnull=False) & ~Q(end_reason=""))
HOLDER = Q(bank__isnull=False, office="", source="BANK") | (
    Q(bank__isnull=True) & ~Q(office="") & ~Q(source="BANK")
)


class Migration(migrations.Migration):
    dependencies = [("funds", "0014_days_of_differences")]

    operations = [
        migrations.RenameModel("BankKey", "MachineKey"),
        migrations.RenameModel("BankNonce", "MachineNonce"),
        migrations.AlterModelOptions("machinekey", {"verbose_name": "接口密钥"}),
        migrations.AlterField(
            "machinekey",
            "bank",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="keys",
                to="funds.bank", verbose_name="银行",
            ),
        ),
        migrations.AddField(
            "machinekey",
            "office",
            models.CharField(blank=True, default="", max_length=60, verbose_name="单位"),
        ),
        migrations.AddField(
            "machinekey",
            "source",
            models.CharField(choices=SOURCES, default="BANK", max_length=8, verbose_name="来源"),
        ),
        migrations.RemoveConstraint("machinekey", "funds_bankkey_ended"),
        migrations.AddConstraint(
            "machinekey", models.CheckConstraint(condition=ENDED, name="funds_machinekey_ended")
        ),
        migrations.AddConstraint(
            "machinekey",
            models.CheckConstraint(
                condition=HOLDER,
                name="funds_machinekey_holder",
                violation_error_message="密钥发给一家银行，或写明单位名称和来源的一个其他单位。",
            ),
        ),
        migrations.RemoveConstraint("machinenonce", "funds_banknonce_once"),
        migrations.AddConstraint(
            "machinenonce",
            models.UniqueConstraint(fields=["key", "nonce"], name="funds_machinenonce_once"),
        ),
        migrations.RenameIndex(
            "machinenonce", new_name="funds_machinenonce_seen", old_name="funds_banknonce_seen"
        ),
        migrations.AddField(
            "fundsignal",
            "key",
            models.ForeignKey(
                blank=True, help_text="由接口推送的，是哪个密钥；人工登记和表格导入的为空", null=True,
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="funds.machinekey",
                verbose_name="接口密钥",
            ),
        ),
        migrations.AddField(
            "fundsignal",
            "sender_code",
            models.CharField(
                blank=True, default="", editable=False, max_length=60, verbose_name="推送单位"
            ),
        ),
        migrations.RemoveConstraint("fundsignal", "funds_fundsignal_once"),
        migrations.AddConstraint(
            "fundsignal",
            models.UniqueConstraint(
                fields=["bureau", "source", "sender_code", "reference", "kind"],
                name="funds_fundsignal_once",
                violation_error_message="这个来源编号的同一种信号已经登记。",
            ),
        ),
    ]
