"""Every service is started, and every schema migrated, without anybody listing them twice."""

from importlib.util import find_spec
from pathlib import Path

import pytest

import services
from deploy.roster import ROLES, Role, histories

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_is_a_module_that_can_be_run(role: Role) -> None:
    assert find_spec(f"{role.module[0]}.__main__") is not None


def test_every_service_is_started_and_no_name_is_used_twice() -> None:
    packages = {path.parent.name for path in Path(services.__path__[0]).glob("*/__main__.py")}
    assert {role.module[0].removeprefix("services.") for role in ROLES} == packages
    assert len({role.name for role in ROLES}) == len({role.module for role in ROLES}) == len(ROLES)


def test_every_service_with_tables_has_its_history() -> None:
    found = histories()
    assert set(found) == {path.parent.name for path in Path(services.__path__[0]).glob("*/storage")}
    for schema, folder in found.items():
        assert sorted(folder.glob("0001_*.py")), schema
