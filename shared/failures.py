"""Kinds of failure: a refusal is an event, a bad record a dead letter, an outage a retry, and some need a person."""

from aiokafka.errors import KafkaError
from sqlalchemy import exc

OUTAGES = (exc.DBAPIError, exc.TimeoutError, KafkaError, OSError, TimeoutError)
"""What an outage may look like; `transient` says whether it is one."""

PASSING_SQLSTATES = ("08", "40", "53", "55", "57", "58")
"""Connection lost, deadlock or serialization, resources, lock not available, shutdown or timeout, system error."""


class StopServiceError(Exception):
    """Something that only a person can mend: the process ends with this line and is not started again at once."""


class BrakePulledError(StopServiceError):
    """Too many records are refused: rather stop than drain a topic into the dead letters."""


def transient(error: BaseException) -> bool:
    """Tell whether trying again may help, because the database or the broker is away or busy."""
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or _passing(error)
    return isinstance(error, OUTAGES)


def _passing(error: exc.DBAPIError) -> bool:
    sqlstate = getattr(error.orig, "sqlstate", None)
    return sqlstate is None or sqlstate[:2] in PASSING_SQLSTATES
