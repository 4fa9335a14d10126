"""Documentation pages that the code writes itself: state diagrams and the table of permissions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from accounts import roles
from accounts.roles import Role
from casework import registries
from casework.workflow import Transition, Workflow, all_workflows

NOTICE = "<!-- Written by `manage.py render_docs`; do not edit. -->"


def pages() -> dict[Path, str]:
    """Path and text of every generated page."""
    folder = Path(settings.BASE_DIR) / "docs"
    return {folder / "workflows.md": workflows_page(), folder / "permissions.md": permissions_page()}


def workflows_page() -> str:
    """All workflows as Mermaid diagrams with a table of their steps."""
    parts = [NOTICE, "# Workflows 办理流程", "", INTRODUCTION]
    for flow in all_workflows():
        parts += ["", *_workflow(flow)]
    return "\n".join(parts) + "\n"


INTRODUCTION = """Every state change of the product is one arrow here. The tables stand in each room's `workflow.py`;
`casework.workflow.transition` is the only way along an arrow. “System” steps are refused to people."""


def _workflow(flow: Workflow) -> list[str]:
    lines = [f"## {flow.label} `{flow.model}`", "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{label}" as {code}' for code, label in flow.states.choices]
    lines.append(f"    [*] --> {flow.initial}")
    for arrow in flow.transitions:
        lines += [f"    {source} --> {arrow.target}: {arrow.label}" for source in arrow.sources]
    leaving = {source for arrow in flow.transitions for source in arrow.sources}
    lines += [f"    {code} --> [*]" for code in flow.states.values if code not in leaving]
    lines += ["```", "", "| 步骤 | 从 | 到 | 谁 | 条件 |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(flow, arrow) for arrow in flow.transitions]
    return lines


def _row(flow: Workflow, arrow: Transition) -> str:
    labels = dict(flow.states.choices)
    cells = (
        f"{arrow.label} `{arrow.name}`",
        "、".join(str(labels[source]) for source in arrow.sources),
        str(labels[arrow.target]),
        _who(arrow),
        "；".join(_conditions(flow, arrow)) or "—",
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _who(arrow: Transition) -> str:
    if arrow.is_system:
        return "系统"
    if not arrow.permission:
        return "任何能看到的人"
    return f"{roles.label_of(arrow.permission)} `{arrow.permission}`"


def _conditions(flow: Workflow, arrow: Transition) -> Iterable[str]:
    if arrow.needs_reason:
        yield "须写明理由"
    for name in arrow.requires:
        yield f"须有 `{name}`"
    for guard in arrow.guards:
        yield _first_line(guard)
    for blocker in registries.blockers.of(flow.model, arrow.name):
        yield _first_line(blocker)


def _first_line(function: object) -> str:
    text = (getattr(function, "__doc__", "") or "").strip().splitlines()
    return text[0].rstrip(".") if text else f"`{getattr(function, '__name__', 'guard')}`"


def permissions_page() -> str:
    """Every permission with the roles that hold it."""
    columns = list(Role)
    lines = [
        NOTICE,
        "# Permissions 权限表",
        "",
        "Roles say which actions a person may take; which rows is decided by the organisation (`visible_to`).",
        "",
        "| 权限 | 说明 | " + " | ".join(role.label for role in columns) + " |",
        "| --- | --- |" + " :-: |" * len(columns),
    ]
    for permission, label, held_by in roles.table():
        marks = " | ".join("●" if role.value in held_by else "" for role in columns)
        lines.append(f"| `{permission}` | {label} | {marks} |")
    return "\n".join(lines) + "\n"
