"""What a service's routes work with, found by its type."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

T = TypeVar("T")


def room_of(kind: type[T]) -> Callable[[Request], T]:
    """Return the dependency that finds the room of the application, which must be a `kind`."""

    def room(request: Request) -> T:
        found = request.app.state.room
        assert isinstance(found, kind)
        return found

    return room
