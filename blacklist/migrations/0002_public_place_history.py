"""What the public page of one place tells, as a function whose plan every connection keeps."""

from django.db import migrations

CREATE = """
CREATE FUNCTION public_place_history(place bigint) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN json_build_array(
    (SELECT json_agg(json_build_array(e.uid, e.kind, e.status, e.removal_kind, e.ground_text, e.ground_codes,
        e.basis, e.decision_no, e.way_out, e.starts_on, e.removed_on, e.planned_end_on, e.earliest_exit_on,
        b.batch_no, d.number) ORDER BY e.starts_on DESC, e.id DESC)
      FROM blacklist_listentry e
      LEFT JOIN blacklist_listbatch b ON b.id = e.batch_id
      LEFT JOIN casework_officialdocument d ON d.id = e.document_id
      WHERE e.institution_id = place AND e.status IN ('PUBLISHED', 'REMOVED')),
    (SELECT json_agg(json_build_array(f.name, f.used_until) ORDER BY f.used_until DESC)
      FROM institutions_formername f WHERE f.institution_id = place),
    (SELECT json_agg(json_build_array(s.value, lower(s.span)) ORDER BY s.span DESC)
      FROM institutions_institutionstate s
      WHERE s.institution_id = place AND s.kind = 'OPERATING_STATE'),
    (SELECT json_agg(json_build_array(v.planned_on, v.ended_at,
        (SELECT json_agg(json_build_array(y.name, f.status) ORDER BY f.id)
          FROM inspections_finding f JOIN casework_violationtype y ON y.id = f.violation_id
          WHERE f.visit_id = v.id AND f.status <> 'VOID'),
        (SELECT json_agg(n.status) FROM inspections_rectificationnotice n
          WHERE n.visit_id = v.id AND n.status NOT IN ('DRAFT', 'WITHDRAWN')))
        ORDER BY v.ended_at DESC, v.id DESC)
      FROM (SELECT v.id, v.planned_on, v.ended_at FROM inspections_visit v
        WHERE v.institution_id = place AND (v.status = 'CLOSED' OR v.status <> 'CANCELLED' AND EXISTS (
          SELECT 1 FROM inspections_rectificationnotice n
          WHERE n.visit_id = v.id AND n.status IN ('SERVED', 'ANSWERED', 'ESCALATED')))
        ORDER BY v.ended_at DESC, v.id DESC LIMIT 5) v));
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("blacklist", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION public_place_history(bigint)")]
