"""The files of a simulation: where it stands, the truth, and who has a login."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from services.intake.domain.simulator.staff import Person
from services.intake.domain.simulator.world import Scene, World, departures, played_parts

S = TypeVar("S", bound=Scene)


class Notebook:
    """Each file is written whole or not at all, so that a killed simulation can be taken up again."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Keep the scene in `folder`, and the people in `home`, where the issuer looks for them."""
        self._folder = folder
        self._home = home

    def scene(self, fresh: S) -> S:
        """Return the scene as it was written down last; `fresh` where none was, or one of another plan."""
        kept = self._folder / "scene.json"
        if not kept.exists():
            return fresh
        scene = msgspec.json.decode(kept.read_bytes(), type=type(fresh))
        return scene if scene.plan == fresh.plan else fresh

    def write(self, scene: Scene) -> None:
        """Write the scene down."""
        _write(self._folder / "scene.json", msgspec.json.encode(scene))

    def write_people(self, people: Iterable[Person]) -> None:
        """Write down who has a login, for the development issuer."""
        _write(self._home / "users.json", msgspec.json.encode(list(people)))

    def write_truth(self, world: World) -> None:
        """Write down who is made to leave and why, and to whom else something is made to happen."""
        _write(self._folder / "truth.jsonl", _lines(departures(world)))
        _write(self._folder / "episodes.jsonl", _lines(played_parts(world)))


def _lines(told: Iterable[object]) -> bytes:
    return b"".join(msgspec.json.encode(each) + b"\n" for each in told)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)
