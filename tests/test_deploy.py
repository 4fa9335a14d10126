"""Production files: the compose file is sound, and each start command runs as a plain process and gets well."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import psycopg2
import pytest
import yaml

from tools import devstack
from tools.check import PRODUCTION

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
START_SECONDS = 60.0
STOP_SECONDS = 30.0

STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
DURATION = {"type": "string", "pattern": r"^\d+(ms|s|m|h)$"}
MAPPING = {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}}
SERVICE = {
    "type": "object",
    "required": ["image"],
    "additionalProperties": False,
    "properties": {
        "image": {"type": "string"},
        "build": {"type": ["string", "object"]},
        "command": STRINGS,
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "init": {"type": "boolean"},
        "read_only": {"type": "boolean"},
        "tmpfs": STRINGS,
        "cap_drop": STRINGS,
        "security_opt": STRINGS,
        "shm_size": {"type": "string"},
        "stop_grace_period": DURATION,
        "environment": MAPPING,
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^\d+:\d+$"}},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^[./\w-]+:/[\w./-]+(:ro)?$"}},
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "additionalProperties": False,
                "properties": {
                    "condition": {
                        "enum": ["service_started", "service_healthy", "service_completed_successfully"]
                    }
                },
            },
        },
        "healthcheck": {
            "type": "object",
            "required": ["test", "interval", "timeout", "retries"],
            "additionalProperties": False,
            "properties": {
                "test": {"type": "array", "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}], "minItems": 2},
                "interval": DURATION,
                "timeout": DURATION,
                "start_period": DURATION,
                "retries": {"type": "integer", "minimum": 1},
            },
        },
    },
}
COMPOSE = {
    "type": "object",
    "required": ["services", "volumes"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
    },
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def test_compose_file_follows_the_schema(compose: dict[str, Any]) -> None:
    errors = [e.message for e in jsonschema.Draft202012Validator(COMPOSE).iter_errors(compose)]
    assert errors == []


def test_compose_names_only_what_it_declares(compose: dict[str, Any]) -> None:
    services, volumes = compose["services"], compose["volumes"]
    assert {"db", "redis", "web", "worker", "beat", "proxy", "migrate"} == set(services)
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert source in volumes or source.startswith("./deploy/"), (name, mount)


def test_every_lasting_service_has_a_health_check(compose: dict[str, Any]) -> None:
    lasting = {name for name, service in compose["services"].items() if service["restart"] != "no"}
    assert lasting == {name for name, service in compose["services"].items() if "healthcheck" in service}


def test_only_the_proxy_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_application_containers_are_confined(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat", "migrate"):
        service = compose["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "DATABASE_OWNER_URL" not in service["environment"] or name == "migrate"


def test_every_variable_of_the_compose_file_is_in_the_example(compose: dict[str, Any]) -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    example = (ROOT / "deploy" / "production.env.example").read_text(encoding="utf-8")
    assert wanted == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))


def test_image_runs_as_an_ordinary_user_and_copies_existing_files() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "\nUSER app\n" in text
    stages = re.findall(r"^FROM \S+ AS (\w+)", text, re.MULTILINE)
    for stage in re.findall(r"--from=(\w+)", text):
        assert stage in stages
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source


def test_image_starts_the_web_server_as_compose_does(compose: dict[str, Any]) -> None:
    last = (ROOT / "Dockerfile").read_text(encoding="utf-8").strip().rpartition("\nCMD ")[2]
    assert json.loads(last) == compose["services"]["web"]["command"]


# -- the start commands as plain processes ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A production environment on a database of its own that the project's migrations have filled."""
    folder = tmp_path_factory.mktemp("production")
    base, name = os.environ["DATABASE_URL"].rpartition("/")[0], "deploy_check"
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    broker = os.environ["REDIS_URL"].rpartition("/")[0]
    environment = {**os.environ, **PRODUCTION, "DATABASE_URL": f"{base}/{name}", "REDIS_URL": f"{broker}/9"}
    environment |= {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "BEAT_PIDFILE": str(folder / "beat.pid"),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    migrate = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
    done = subprocess.run(migrate, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    yield environment
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    connection.close()


def _is_well(service: str, environment: dict[str, str]) -> bool:
    command = [sys.executable, "deploy/healthcheck.py", service]
    return (
        subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode == 0
    )


def _command(compose: dict[str, Any], service: str, environment: dict[str, str]) -> list[str]:
    """The service's command with the test's own address, port and pid file in place of the container's."""
    swap = {
        "0.0.0.0": "127.0.0.1",
        "8000": environment["WEB_PORT"],
        "/tmp/beat.pid": environment["BEAT_PIDFILE"],
    }
    return [swap.get(word, word) for word in compose["services"][service]["command"]]


@pytest.mark.slow
@pytest.mark.redis
@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_start_command_runs_gets_well_and_stops(
    service: str, compose: dict[str, Any], production: dict[str, str], tmp_path: Path
) -> None:
    environment = {**production, "WEB_PORT": str(devstack.free_port())}
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            _command(compose, service, environment), cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _is_well(service, environment):
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.3)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(STOP_SECONDS)
    assert code in (0, -signal.SIGTERM), log.read_text()[-3000:]
    assert not _is_well(service, environment)


def test_health_check_of_an_absent_web_server_is_not_well(production: dict[str, str]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        environment = {**production, "WEB_PORT": str(unused.getsockname()[1])}
        assert not _is_well("web", environment)
