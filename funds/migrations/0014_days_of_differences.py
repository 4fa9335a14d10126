"""Differences and records of the national platform by their sheet's days; a certificate keeps its gap.

Certificates are append-only and how much of the money in transit was within its term that day is not on them: those
made before have no gap.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import F, OuterRef, Q, Subquery


def days_of_the_sheet(apps: Any, schema_editor: Any) -> None:
    """What stands takes the days of the sheet that told it last."""
    sheets = apps.get_model("funds", "OutsideSheet").objects.filter(pk=OuterRef("sheet"))
    for name, fields in (
        ("PlatformDifference", ("covers_from", "covers_to")),
        ("PlatformRecord", ("covers_from",)),
    ):
        apps.get_model("funds", name).objects.update(
            **{field: Subquery(sheets.values(field)) for field in fields}
        )


class Migration(migrations.Migration):
    dependencies = [("funds", "0013_closed_with_a_day")]

    operations = [
        migrations.RemoveConstraint("platformdifference", "funds_platformdifference_one_open"),
        migrations.RemoveConstraint("platformrecord", "funds_platformrecord_once"),
        migrations.AddField(
            "platformdifference", "covers_from", models.DateField(null=True, verbose_name="数据起日")
        ),
        migrations.AddField(
            "platformdifference", "covers_to", models.DateField(null=True, verbose_name="数据止日")
        ),
        migrations.AddField(
            "platformrecord", "covers_from", models.DateField(null=True, verbose_name="数据起日")
        ),
        migrations.RunPython(days_of_the_sheet, migrations.RunPython.noop),
        migrations.AlterField(
            "platformdifference", "covers_from", models.DateField(verbose_name="数据起日")
        ),
        migrations.AlterField("platformdifference", "covers_to", models.DateField(verbose_name="数据止日")),
        migrations.AlterField("platformrecord", "covers_from", models.DateField(verbose_name="数据起日")),
        migrations.AddConstraint(
            "platformdifference",
            models.UniqueConstraint(
                fields=("bureau", "subject", "kind", "order_no", "covers_from", "covers_to"),
                condition=Q(status="OPEN"),
                name="funds_platformdifference_one_open",
            ),
        ),
        migrations.AddConstraint(
            "platformdifference",
            models.CheckConstraint(
                condition=Q(covers_to__gte=F("covers_from")), name="funds_platformdifference_days"
            ),
        ),
        migrations.AddConstraint(
            "platformrecord",
            models.UniqueConstraint(
                fields=("bureau", "kind", "order_no", "covers_from", "covers_to"),
                name="funds_platformrecord_once",
            ),
        ),
        migrations.AddField(
            "dailycertificate",
            "gap_fen",
            models.BigIntegerField(null=True, blank=True, verbose_name="存款和期限内在途款的缺口（分）"),
        ),
        migrations.AddConstraint(
            "dailycertificate",
            models.CheckConstraint(condition=Q(gap_fen__gte=0), name="funds_dailycertificate_gap"),
        ),
    ]
