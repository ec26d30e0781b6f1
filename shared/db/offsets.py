"""The offset guard: each partition's position, moved by compare-and-set in the transaction that decides its records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One partition of one topic in one cluster."""

    cluster: str
    topic: str
    partition: int


@dataclass(eq=False)
class OffsetGapError(Exception):
    """The records at hand begin after the offset that should be decided next.

    Not frozen: whoever passes an exception on writes its traceback into it.
    """

    place: Place
    expected: int
    found: int

    def __str__(self) -> str:
        """Say it as a log line needs it."""
        return f"{self.place.topic}/{self.place.partition}: expected offset {self.expected}, found {self.found}"


async def advance(tx: AsyncConnection, place: Place, first: int, following: int) -> int:
    """Move the position of `place` from `first` to `following`, and return the first offset to be decided.

    A return of `following` means that all of it had been decided before. The row stays locked until the transaction
    ends, so that one worker at a time decides a partition.

    Raises:
        OffsetGapError: the position lies before `first`.
    """
    expected = await _locked_position(tx, place)
    if expected < first:
        raise OffsetGapError(place, expected, first)
    if expected < following:
        await _set(tx, place, following)
    return min(expected, following)


async def _locked_position(tx: AsyncConnection, place: Place) -> int:
    row = await tx.execute(
        text(
            "SELECT next_offset FROM consumer_offset"
            " WHERE cluster = :cluster AND topic = :topic AND partition = :partition FOR UPDATE"
        ),
        _key(place),
    )
    position: int = row.scalar_one()
    return position


async def _set(tx: AsyncConnection, place: Place, following: int) -> None:
    await tx.execute(
        text(
            "UPDATE consumer_offset SET next_offset = :following, advanced_at = clock_timestamp()"
            " WHERE cluster = :cluster AND topic = :topic AND partition = :partition"
        ),
        _key(place) | {"following": following},
    )


async def adopt(tx: AsyncConnection, starts: Mapping[Place, int]) -> None:
    """Make a row for each place that has none yet, at its start."""
    for place, start in sorted(starts.items()):
        await tx.execute(
            text(
                "INSERT INTO consumer_offset (cluster, topic, partition, next_offset)"
                " VALUES (:cluster, :topic, :partition, :start) ON CONFLICT DO NOTHING"
            ),
            _key(place) | {"start": start},
        )


async def positions(tx: AsyncConnection, cluster: str) -> dict[Place, int]:
    """Return the next offset of every partition known in `cluster`."""
    rows = await tx.execute(
        text("SELECT topic, partition, next_offset FROM consumer_offset WHERE cluster = :cluster"),
        {"cluster": cluster},
    )
    return {Place(cluster, topic, partition): following for topic, partition, following in rows}


async def other_clusters(tx: AsyncConnection, cluster: str, topics: Sequence[str]) -> list[str]:
    """Return the ids of clusters other than `cluster` in which positions of `topics` are remembered."""
    rows = await tx.execute(
        text("SELECT DISTINCT cluster FROM consumer_offset WHERE cluster <> :cluster AND topic = ANY(:topics)"),
        {"cluster": cluster, "topics": list(topics)},
    )
    return [row.cluster for row in rows]


async def note_gap(tx: AsyncConnection, gap: OffsetGapError, kind: str) -> None:
    """Write down a gap that the broker confirmed, and go on after it."""
    await tx.execute(
        text(
            "INSERT INTO offset_gap (cluster, topic, partition, expected, found, kind)"
            " VALUES (:cluster, :topic, :partition, :expected, :found, :kind) ON CONFLICT DO NOTHING"
        ),
        _key(gap.place) | {"expected": gap.expected, "found": gap.found, "kind": kind},
    )
    await _set(tx, gap.place, gap.found)


def _key(place: Place) -> dict[str, str | int]:
    return {"cluster": place.cluster, "topic": place.topic, "partition": place.partition}
