from __future__ import annotations

from django.db import migrations

CUT_PUBLIC_NUMBER = r"""
    UPDATE institutions_institution
       SET search_text = replace(search_text, E'\n' || lower(public_id), '')
     WHERE search_text LIKE '%' || lower(public_id)
"""


class Migration(migrations.Migration):
    """A public number is searched whole, by its own column: its random letters read like pinyin initials."""

    dependencies = [("institutions", "0002_participation")]

    operations = [migrations.RunSQL(CUT_PUBLIC_NUMBER, migrations.RunSQL.noop)]
