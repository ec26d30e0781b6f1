"""What the routes of warning work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from shared.http.room import room_of
from shared.station import Station


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    station: Station
    look_for_shadows: Callable[[], None]
    """Has this process look at once for what was started or stopped in shadow."""


Here = Annotated[Room, Depends(room_of(Room))]
