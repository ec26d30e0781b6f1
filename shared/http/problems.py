"""Errors as RFC 9457 problems: an expected conflict has its own class and status, and never pages anyone."""

import logging
from typing import Any

from fastapi import FastAPI
from fastapi_problem.error import Problem, StatusProblem
from fastapi_problem.handler import ExceptionHandler, Handler, add_exception_handler, new_exception_handler
from starlette.requests import Request

from shared.failures import OUTAGES, transient


class BadRequestError(StatusProblem):
    """The request cannot be meant as it stands."""

    title = "Bad request"
    status = 400


class UnauthorizedError(StatusProblem):
    """No token, or none that can be believed."""

    title = "Unauthorized"
    status = 401


class ForbiddenError(StatusProblem):
    """The token is good, its bearer may not do this."""

    title = "Forbidden"
    status = 403


class NotFoundError(StatusProblem):
    """There is no such thing, or not for this bearer."""

    title = "Not found"
    status = 404


class ConflictError(StatusProblem):
    """The thing is in another state than the request supposes."""

    title = "Conflict"
    status = 409


class TooLargeError(StatusProblem):
    """The body is above the limit."""

    title = "Content too large"
    status = 413


class UnprocessableError(StatusProblem):
    """The request is well-formed and still wrong."""

    title = "Unprocessable content"
    status = 422


class TooManyRequestsError(StatusProblem):
    """Come back later."""

    title = "Too many requests"
    status = 429


class UnavailableError(StatusProblem):
    """The database or the broker is away; trying again will help."""

    title = "Service unavailable"
    status = 503


def install(app: FastAPI) -> None:
    """Answer every error of `app` as application/problem+json."""
    logger = logging.getLogger(__name__)
    logger.addFilter(_wakes_somebody)
    handlers: dict[type[Exception], Handler[ExceptionHandler, Exception]] = dict.fromkeys(OUTAGES, _outage)
    handler = new_exception_handler(logger=logger, handlers=handlers)
    for kind in OUTAGES:
        app.add_exception_handler(kind, handler)
    add_exception_handler(app, handler)


def _wakes_somebody(record: logging.LogRecord) -> bool:
    """Tell whether a failure is logged: an outage shows in the metrics, and is no bug to wake a person for."""
    error = record.exc_info[1] if record.exc_info else None
    return error is None or not (isinstance(error, UnavailableError) or transient(error))


def _outage(_: ExceptionHandler, __: Request, error: Exception) -> Problem:
    if transient(error):
        return UnavailableError("the database or the broker is away or busy", headers={"Retry-After": "1"})
    return Problem(title="Internal server error", status=500)


def responses(*kinds: type[StatusProblem]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the problems that a route answers with."""
    content: dict[str, dict[str, Any]] = {"application/problem+json": {}}
    return {kind.status: {"description": kind.title, "content": content} for kind in kinds}
