"""What the routes of dispatch work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.dispatch.api.desk import Desk
from services.dispatch.api.listening import Broadcaster
from services.dispatch.api.offers import OffersClient
from shared.http.room import room_of
from shared.station import Station


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    station: Station
    desk: Desk
    offers: OffersClient
    broadcaster: Broadcaster


Here = Annotated[Room, Depends(room_of(Room))]
