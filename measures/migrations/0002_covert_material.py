"""What a mystery visit recorded never becomes evidence of a finding, notice or case."""

from __future__ import annotations

from django.db import migrations

FORWARD = """
CREATE FUNCTION measures_refuse_covert_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.subject_type LIKE 'inspections.%' OR NEW.subject_type LIKE 'penalties.%') AND EXISTS (
        SELECT 1 FROM casework_evidencefile f
        WHERE f.subject_type = 'measures.mysteryvisit' AND f.sha256 = NEW.sha256 AND f.bureau_id = NEW.bureau_id
    ) THEN
        RAISE EXCEPTION 'material of a mystery visit is a clue, not evidence' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_covert_bytes BEFORE INSERT OR UPDATE ON casework_evidencefile
    FOR EACH ROW EXECUTE FUNCTION measures_refuse_covert_bytes();

CREATE FUNCTION measures_refuse_covert_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM casework_evidencefile f
        WHERE f.id = NEW.evidence_id AND f.subject_type = 'measures.mysteryvisit'
    ) THEN
        RAISE EXCEPTION 'material of a mystery visit is a clue, not evidence' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_covert_file BEFORE INSERT OR UPDATE ON inspections_findingphoto
    FOR EACH ROW EXECUTE FUNCTION measures_refuse_covert_file();
"""
BACKWARD = """
DROP TRIGGER measures_covert_file ON inspections_findingphoto;
DROP FUNCTION measures_refuse_covert_file();
DROP TRIGGER measures_covert_bytes ON casework_evidencefile;
DROP FUNCTION measures_refuse_covert_bytes();
"""


class Migration(migrations.Migration):
    """Triggers on the tables of evidence."""

    dependencies = [("measures", "0001_initial"), ("casework", "0003_activities")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
