"""What the routes of intake work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.intake.stream.publisher import Publisher


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    publisher: Publisher


def room(request: Request) -> Room:
    """Return the room of the application that serves `request`."""
    found = request.app.state.room
    assert isinstance(found, Room)
    return found


Here = Annotated[Room, Depends(room)]
