"""Commands of the office: verifying the chain from the shell, pages written by the code."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from casework import audit, generated_docs
from tests.conftest import World


def write(world: World, count: int = 3) -> None:
    """Sealed events of the bureau."""
    for index in range(count):
        audit.record(actor=world.officer, verb="casework.test", reason=str(index))
    audit.seal_pending()


def tamper(*statements: str) -> None:
    """As the owner of the database, behind the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


def verify(*arguments: str) -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_whole_chains_are_named_one_by_one(world: World) -> None:
    write(world)
    said = verify()
    assert said.count("完整") == 4
    assert "系统：完整" in said


def test_a_changed_event_is_named_and_the_exit_code_is_one(world: World) -> None:
    write(world)
    tamper("UPDATE casework_auditevent SET reason = 'forged' WHERE reason = '1'")
    with pytest.raises(CommandError, match=r"巫山县教育委员会第 2 条.*被改动") as caught:
        verify()
    assert caught.value.returncode == 1


def test_a_cut_off_tail_is_noticed_by_its_anchor(world: World) -> None:
    write(world)
    audit.anchor_day(bureau=world.bureau, day=date(2026, 11, 21), now=timezone.now())
    tamper(
        "DELETE FROM sealed.casework_auditseal WHERE sequence = 3",
        "DELETE FROM casework_auditevent WHERE reason = '2'",
    )
    with pytest.raises(CommandError, match="尾部缺失"):
        verify("--bureau", "wushan")
    assert "完整" in verify("--bureau", "fengjie")


def test_an_unknown_bureau_is_a_wrong_call(world: World) -> None:
    with pytest.raises(CommandError, match="没有网址标识") as caught:
        verify("--bureau", "nowhere")
    assert caught.value.returncode == 2


def test_pages_are_written_compared_and_refused_when_stale(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="render_docs"):
        call_command("render_docs", "--check", stdout=io.StringIO())
    call_command("render_docs", stdout=io.StringIO())
    call_command("render_docs", "--check", stdout=io.StringIO())
    page = tmp_path / "docs" / "permissions.md"
    page.write_text(page.read_text(encoding="utf-8").replace("●", "x", 1), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("render_docs", "--check", stdout=io.StringIO())
    assert caught.value.returncode == 1


def test_diagrams_name_every_state_and_step() -> None:
    text = generated_docs.workflows_page()
    for flow in generated_docs.all_workflows():
        assert f"`{flow.model}`" in text
        for arrow in flow.transitions:
            assert f"--> {arrow.target}: {arrow.label}" in text
