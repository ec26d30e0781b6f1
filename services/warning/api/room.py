"""What the routes of warning work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from shared.http.room import room_of
from shared.station import Station


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    station: Station


Here = Annotated[Room, Depends(room_of(Room))]
