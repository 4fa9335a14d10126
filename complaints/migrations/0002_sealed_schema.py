"""Sealed reports live in the schema `sealed`: a dump of the main schema leaves them out."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial"), ("casework", "0002_sealed_schema")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE complaints_sealedreport SET SCHEMA sealed;",
            "ALTER TABLE sealed.complaints_sealedreport SET SCHEMA public;",
        ),
    ]
