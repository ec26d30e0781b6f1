"""What the routes of intake work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.intake.stream.publisher import Publisher
from shared.http.room import room_of


@dataclass(frozen=True, slots=True)
class Room:
    """Built once by the wiring."""

    publisher: Publisher


Here = Annotated[Room, Depends(room_of(Room))]
