"""Logs are events with fields, one JSON object a line; ERROR means wake a person. No full number gets through."""

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from shared.masking import NUMBER, masked

Fields = MutableMapping[str, Any]
LIBRARIES = ("aiokafka", "faust", "mode", "uvicorn", "httpx", "alembic")


def _named(service: str) -> Callable[[Any, str, Fields], Fields]:
    def name(_: Any, __: str, fields: Fields) -> Fields:
        fields["service"] = service
        return fields

    return name


def mask_numbers(_: Any, __: str, fields: Fields) -> Fields:
    """Mask every value of a log line, however deep a number stands in it (a structlog processor)."""
    for name, value in fields.items():
        if not name.startswith("_"):
            fields[name] = _hidden(value)
    return fields


def _hidden(value: object) -> object:
    match value:
        case None | bool() | float():
            return value
        case int():
            return masked(str(value)) if NUMBER.fullmatch(str(value)) else value
        case str():
            return masked(value)
        case dict():
            return {masked(str(name)): _hidden(part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_hidden(part) for part in value]
    return masked(repr(value))


def configure(service: str, level: str = "INFO") -> None:
    """Send this process's logs, the libraries' included, to standard output as JSON."""
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _named(service),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_numbers,
    ]
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_handler(chain)], level=level, force=True)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger().handlers[0].addFilter(_calmed)


def _calmed(record: logging.LogRecord) -> bool:
    """Take a library's ERROR down to WARNING: an outage that it waits out wakes nobody; what does, we say ourselves."""
    if record.levelno == logging.ERROR and record.name.partition(".")[0] in LIBRARIES:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _handler(chain: list[Any]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stdout)
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    return handler


def get(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of module `name`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
