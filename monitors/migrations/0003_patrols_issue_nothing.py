"""The database refuses every official document about a patrol: monitors look, officers inspect and issue."""

from __future__ import annotations

from django.db import migrations

REFUSE = """
CREATE FUNCTION monitors_patrols_issue_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a patrol is no inspection: no document may be issued about %', NEW.subject_type;
END $$;
CREATE TRIGGER monitors_patrols_issue_nothing
    BEFORE INSERT OR UPDATE OF subject_type ON casework_officialdocument
    FOR EACH ROW
    WHEN (NEW.subject_type IN ('monitors.outing', 'monitors.stop', 'monitors.patroltask'))
    EXECUTE FUNCTION monitors_patrols_issue_nothing();
"""
ALLOW = """
DROP TRIGGER monitors_patrols_issue_nothing ON casework_officialdocument;
DROP FUNCTION monitors_patrols_issue_nothing();
"""


class Migration(migrations.Migration):
    dependencies = [("monitors", "0002_patrols"), ("casework", "0004_document_registers")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
