"""An outage is tried again, a bug is not: the partition must neither skip a record nor wait for ever on one."""

import pytest
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import exc

from shared.failures import BrakePulledError, StopServiceError, transient

pytestmark = pytest.mark.unit


class RefusedError(Exception):
    """What the driver says."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def from_database(sqlstate: str | None, *, lost: bool = False) -> exc.DBAPIError:
    """Return an error of the database with this state."""
    return exc.DBAPIError("SELECT 1", {}, RefusedError(sqlstate), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("sqlstate", "what"),
    [
        ("08006", "connection failure"),
        ("40001", "serialization failure"),
        ("40P01", "deadlock"),
        ("53300", "too many connections"),
        ("53100", "disk full"),
        ("55P03", "lock not available"),
        ("57014", "statement timeout"),
        ("57P01", "shut down by an administrator"),
        ("58030", "input or output error"),
        (None, "the driver lost it before the server spoke"),
    ],
)
def test_an_outage_of_the_database_passes(sqlstate: str | None, what: str) -> None:
    assert transient(from_database(sqlstate)), what


@pytest.mark.parametrize("sqlstate", ["22P02", "22021", "23505", "23514", "42601", "42P01", "42501", "P0001"])
def test_a_wrong_statement_or_row_stays_wrong(sqlstate: str) -> None:
    assert not transient(from_database(sqlstate))


def test_a_lost_connection_passes_whatever_was_said() -> None:
    assert transient(from_database("23505", lost=True))


@pytest.mark.parametrize("error", [KafkaConnectionError(), TimeoutError(), ConnectionResetError(), exc.TimeoutError()])
def test_a_broker_or_network_that_is_away_comes_back(error: Exception) -> None:
    assert transient(error)


@pytest.mark.parametrize("error", [ValueError(), KeyError(), AssertionError(), StopServiceError(), BrakePulledError()])
def test_a_bug_or_a_call_for_a_person_does_not_pass(error: Exception) -> None:
    assert not transient(error)
