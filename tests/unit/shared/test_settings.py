"""Settings come from the environment, and a wrong one stops the process with its name."""

import pytest
from pydantic import ValidationError

from shared.settings import Settings

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KEEPLINE_{name.upper()}", raising=False)


def test_without_any_it_is_production_on_one_machine() -> None:
    settings = Settings()
    assert (settings.environment, settings.simulation, settings.http_host) == ("production", False, "127.0.0.1")


def test_each_is_a_variable_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPLINE_KAFKA", "a:1,b:2")
    monkeypatch.setenv("KEEPLINE_ADDRESSES", '{"offers": "http://127.0.0.1:1"}')
    settings = Settings()
    assert (settings.kafka, settings.addresses) == ("a:1,b:2", {"offers": "http://127.0.0.1:1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("environment", "staging"),
        ("http_port", "70000"),
        ("http_port", "-1"),
        ("partitions_max", "0"),
        ("replication", "0"),
        ("session_timeout_ms", "5999"),
        ("stall_s", "0"),
        ("log_level", "LOUD"),
        ("addresses", '["a"]'),
    ],
)
def test_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"KEEPLINE_{name.upper()}", value)
    with pytest.raises(ValidationError) as error:
        Settings()
    assert [each["loc"] for each in error.value.errors()] == [(name,)]


def test_production_refuses_a_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPLINE_SIMULATION", "true")
    with pytest.raises(ValidationError, match="KEEPLINE_SIMULATION is on, and production runs on real time only"):
        Settings()
    monkeypatch.setenv("KEEPLINE_ENVIRONMENT", "development")
    assert Settings().simulation is True


def test_the_key_does_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPLINE_SECRET_KEY", "a-very-secret-key")
    assert "a-very-secret-key" not in repr(Settings())


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().kafka = "elsewhere:9092"
