"""What the routes of dispatch work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.dispatch.api.desk import Desk
from services.dispatch.api.listening import Broadcaster
from services.dispatch.api.offers import OffersClient
from shared.station import Station


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    station: Station
    desk: Desk
    offers: OffersClient
    broadcaster: Broadcaster


def room(request: Request) -> Room:
    """Return the room of the application that serves `request`."""
    found = request.app.state.room
    assert isinstance(found, Room)
    return found


Here = Annotated[Room, Depends(room)]
