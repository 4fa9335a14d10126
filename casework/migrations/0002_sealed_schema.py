"""Seals live in a schema of their own, so that a dump or a grant on the main schema leaves them out."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SCHEMA IF NOT EXISTS sealed; ALTER TABLE casework_auditseal SET SCHEMA sealed;",
            "ALTER TABLE sealed.casework_auditseal SET SCHEMA public;",
        ),
    ]
