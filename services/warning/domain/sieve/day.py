"""What is known of one day in one partition: tallies, circles, cells, ids seen; and what of it is new."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.warning.domain.sieve import pairs, seen, tally
from services.warning.domain.sieve.columns import Columns
from services.warning.domain.sieve.names import Names
from services.warning.domain.sieve.pairs import Pairs
from services.warning.domain.sieve.runs import Runs
from services.warning.domain.sieve.seen import Hashes
from services.warning.domain.sieve.tally import EMPTY, Numbers, Tally

NO_PEERS = Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2), np.uint16))
"""Weights are calls and seconds; 20 or 24 bytes a row."""
NO_CELLS = Pairs(np.empty(0, np.int64), np.empty(0, np.int32), np.empty((0, 1), np.uint16))
"""Others are places in the day's names, the weight is how many CDRs; 14 or 16 bytes a row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What some CDRs of one day come to; each part is sorted, and may be empty."""

    tally: Tally
    circle: Pairs
    cells: Pairs
    ids: Hashes


@dataclass(slots=True)
class Day:
    """One day, kept until late CDRs no longer correct it."""

    names: Names = field(default_factory=Names)
    """The cells of the day."""
    tallies: Runs[Tally] = field(default_factory=tally.new_runs)
    circle: Runs[Pairs] = field(default_factory=lambda: pairs.new_runs(NO_PEERS))
    cells: Runs[Pairs] = field(default_factory=lambda: pairs.new_runs(NO_CELLS))
    ids: Runs[Hashes] = field(default_factory=seen.new_runs)
    new: list[Piece] = field(default_factory=list)
    """What was added since the last checkpoint."""
    changed: list[Numbers] = field(default_factory=list)
    """Whose day was told and is another now, each time sorted."""

    def add(self, rows: Columns) -> None:
        """Count CDRs in that were not seen before."""
        piece = self._piece(rows)
        self.hold(piece)
        self.new.append(piece)

    def _piece(self, rows: Columns) -> Piece:
        calls, placed = np.flatnonzero(rows.peers), np.flatnonzero(rows.cells >= 0)
        codes = self.names.codes(rows.cell_names.listed()).astype(np.int32)
        talked = np.column_stack((np.ones(len(calls), np.int64), rows.seconds[calls]))
        once = np.ones((len(placed), 1), np.int64)
        seen_s = np.where(rows.handsets > 0, rows.stamps, 0).astype(np.uint32)
        return Piece(
            tally=tally.summed(Tally(rows.numbers, rows.counts, rows.bytes, rows.handsets, seen_s)),
            circle=pairs.summed(Pairs(rows.numbers[calls], rows.peers[calls], talked)),
            cells=pairs.summed(Pairs(rows.numbers[placed], codes[rows.cells[placed]], once)),
            ids=np.sort(rows.ids),
        )

    def hold(self, piece: Piece) -> None:
        """Put a piece beside what is known."""
        if len(piece.tally):
            self.tallies.add(piece.tally)
        if len(piece.circle):
            self.circle.add(piece.circle)
        if len(piece.cells):
            self.cells.add(piece.cells)
        if len(piece.ids):
            self.ids.add(piece.ids)

    def take_new(self) -> Piece:
        """Return what is new, which from now on isn't."""
        new, self.new = self.new, []
        return _together(new)

    def everything(self) -> Piece:
        """Return all that is known; nothing is new from now on."""
        self.new = []
        return Piece(
            self.tallies.one(EMPTY), self.circle.one(NO_PEERS), self.cells.one(NO_CELLS), self.ids.one(seen.NONE)
        )

    def numbers(self) -> Numbers:
        """Return all numbers of the day, rising."""
        runs = [run.numbers for run in self.tallies]
        return np.unique(np.concatenate(runs)) if runs else EMPTY.numbers


def _together(pieces: Sequence[Piece]) -> Piece:
    return Piece(
        tally=tally.together([piece.tally for piece in pieces]),
        circle=pairs.together([piece.circle for piece in pieces], NO_PEERS),
        cells=pairs.together([piece.cells for piece in pieces], NO_CELLS),
        ids=np.sort(np.concatenate([seen.NONE, *(piece.ids for piece in pieces)])),
    )
