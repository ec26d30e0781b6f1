"""What the routes of intake work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.intake.stream.publisher import Publisher
from shared.http.room import room_of
from shared.station import Station


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    publisher: Publisher


@dataclass(frozen=True, slots=True)
class FeedsRoom:
    """What the route of feeds works with; it is served by a process of its own."""

    station: Station


Here = Annotated[Room, Depends(room_of(Room))]
Watching = Annotated[FeedsRoom, Depends(room_of(FeedsRoom))]
