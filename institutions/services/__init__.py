"""The only writers of this room."""

from institutions.services.accounts import institution_account_open
from institutions.services.entities import (
    Imported,
    entities_hand_over,
    entities_import,
    entity_register,
    entity_settle,
)
from institutions.services.imports import (
    import_apply,
    import_check,
    import_confirm,
    import_decide,
    import_match,
    import_receive,
)
from institutions.services.materials import (
    material_decide,
    material_enter,
    material_retire,
    material_review,
    material_withdraw,
)
from institutions.services.persons import legal_person_set, person_register, person_reveal
from institutions.services.platform import milestone_leave, milestones_reach
from institutions.services.registry import (
    institution_account_link,
    institution_ban,
    institution_build,
    institution_close,
    institution_edit,
    institution_register,
    institution_reopen,
    institution_resume,
    institution_suspend,
)
from institutions.services.states import (
    institution_participate,
    institution_projection_set,
    institution_state_on,
    states_roll,
)

__all__ = [
    "Imported",
    "entities_hand_over",
    "entities_import",
    "entity_register",
    "entity_settle",
    "import_apply",
    "import_check",
    "import_confirm",
    "import_decide",
    "import_match",
    "import_receive",
    "institution_account_link",
    "institution_account_open",
    "institution_ban",
    "institution_build",
    "institution_close",
    "institution_edit",
    "institution_participate",
    "institution_projection_set",
    "institution_register",
    "institution_reopen",
    "institution_resume",
    "institution_state_on",
    "institution_suspend",
    "legal_person_set",
    "material_decide",
    "material_enter",
    "material_retire",
    "material_review",
    "material_withdraw",
    "milestone_leave",
    "milestones_reach",
    "person_register",
    "person_reveal",
    "states_roll",
]
