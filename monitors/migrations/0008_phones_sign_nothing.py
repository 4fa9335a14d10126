"""What a monitor's phone says never signs, numbers or issues anything: the database refuses it too.

Words of other kinds are kept without a record, as everything that nobody understands.
"""

from __future__ import annotations

from django.db import migrations

REFUSE = """
CREATE FUNCTION monitors_phones_sign_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a patrol is no inspection: a monitor''s phone says no % about %', NEW.kind, NEW.form;
END $$;
CREATE TRIGGER monitors_phones_sign_nothing
    BEFORE INSERT ON fieldwork_fieldoperation
    FOR EACH ROW
    WHEN (
        NEW.record_id IS NOT NULL
        AND NEW.form IN ('monitors.outing', 'monitors.observation')
        AND NEW.kind NOT IN ('start', 'stop', 'arrive', 'fact', 'answer', 'position', 'photo', 'end', 'done')
    )
    EXECUTE FUNCTION monitors_phones_sign_nothing();

CREATE FUNCTION monitors_hold_no_pads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM accounts_user u JOIN accounts_organisation o ON o.id = u.organisation_id
        WHERE u.id = NEW.holder_id AND o.kind = 'MONITORS'
    ) THEN
        RAISE EXCEPTION 'a monitor holds no number pad';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER monitors_hold_no_pads
    BEFORE INSERT OR UPDATE OF holder_id ON fieldwork_numberpad
    FOR EACH ROW EXECUTE FUNCTION monitors_hold_no_pads();

CREATE FUNCTION monitors_patrols_take_no_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM monitors_outing WHERE uid = NEW.subject_uid)
        OR EXISTS (SELECT 1 FROM monitors_stop WHERE uid = NEW.subject_uid)
        OR EXISTS (SELECT 1 FROM monitors_observation WHERE uid = NEW.subject_uid) THEN
        RAISE EXCEPTION 'a patrol is no inspection: no slip is left about it';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER monitors_patrols_take_no_number
    BEFORE INSERT OR UPDATE OF subject_uid ON fieldwork_padnumber
    FOR EACH ROW WHEN (NEW.subject_uid IS NOT NULL) EXECUTE FUNCTION monitors_patrols_take_no_number();

DROP TRIGGER monitors_patrols_issue_nothing ON casework_officialdocument;
CREATE TRIGGER monitors_patrols_issue_nothing
    BEFORE INSERT OR UPDATE OF subject_type ON casework_officialdocument
    FOR EACH ROW
    WHEN (NEW.subject_type IN (
        'monitors.outing', 'monitors.stop', 'monitors.patroltask', 'monitors.observation', 'monitors.gridevent'
    ))
    EXECUTE FUNCTION monitors_patrols_issue_nothing();
"""
ALLOW = """
DROP TRIGGER monitors_phones_sign_nothing ON fieldwork_fieldoperation;
DROP FUNCTION monitors_phones_sign_nothing();
DROP TRIGGER monitors_hold_no_pads ON fieldwork_numberpad;
DROP FUNCTION monitors_hold_no_pads();
DROP TRIGGER monitors_patrols_take_no_number ON fieldwork_padnumber;
DROP FUNCTION monitors_patrols_take_no_number();
DROP TRIGGER monitors_patrols_issue_nothing ON casework_officialdocument;
CREATE TRIGGER monitors_patrols_issue_nothing
    BEFORE INSERT OR UPDATE OF subject_type ON casework_officialdocument
    FOR EACH ROW
    WHEN (NEW.subject_type IN ('monitors.outing', 'monitors.stop', 'monitors.patroltask'))
    EXECUTE FUNCTION monitors_patrols_issue_nothing();
"""


class Migration(migrations.Migration):
    dependencies = [("monitors", "0007_second_person"), ("fieldwork", "0003_phones_and_pads")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
