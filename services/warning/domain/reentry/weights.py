"""How much it says that two numbers share something: much where few have it, nothing where many do.

Inverse document frequency (Spärck Jones, *A statistical interpretation of term specificity*, 1972), here read as the
surprise in nats of meeting the thing by chance, which is the weight of agreement in Fellegi and Sunter, *A theory for
record linkage* (1969).
"""

import numpy as np

from services.warning.domain.reentry.sparse import Floats, Sparse


def surprise(new: Sparse, old: Sparse, columns: int, holders_max: int | None) -> Floats:
    """Return for each column ln(numbers / holders), in nats; 0 for those with more holders than `holders_max`.

    New numbers count as holders too: all of them call the line that activates them, and hardly an old one does.
    """
    holders = np.maximum(new.holders(columns) + old.holders(columns), 1)
    nats = np.log(max(len(new) + len(old), 1) / holders)
    return nats if holders_max is None else np.where(holders > holders_max, 0.0, nats)


def unit(rows: Sparse, nats: Floats, doubt: float) -> Sparse:
    """Return the rows weighted by log(1 + weight) x nats and brought below length 1, so that a product is a cosine.

    The logarithm keeps the one who is called every day from being the whole circle. `doubt` is a squared length that
    every row is taken to have beside its own: a circle of one peer is alike to many, and never quite of length 1.
    """
    weight = np.log1p(rows.weight) * nats[rows.index]
    squares = np.bincount(rows.rows(), np.square(weight), minlength=len(rows)) + doubt
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    return Sparse(rows.start, rows.index, (weight / np.repeat(lengths, np.diff(rows.start))).astype(np.float32))
