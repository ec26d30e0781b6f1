"""What the routes of offers work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.offers.api.counter import Counter
from shared.http.room import room_of
from shared.station import Station


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    station: Station
    counter: Counter


Here = Annotated[Room, Depends(room_of(Room))]
