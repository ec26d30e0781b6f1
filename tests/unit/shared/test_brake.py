"""The brake holds when at least 100 records and at least half of a minute's were refused; not before."""

import pytest

from shared.brake import Brake
from shared.failures import BrakePulledError, StopServiceError

pytestmark = pytest.mark.unit


def pulled(*batches: tuple[float, int, int]) -> bool:
    """Count batches of (time, read, refused); tell whether the last one pulls the brake."""
    brake = Brake()
    *before, (now, read, refused) = batches
    for earlier, many, few in before:
        brake.count(many, few, earlier)
    try:
        brake.count(read, refused, now)
    except BrakePulledError:
        return True
    return False


@pytest.mark.parametrize(
    ("read", "refused", "holds"),
    [(99, 99, False), (100, 100, True), (200, 100, True), (201, 100, False), (10_000, 4_999, False), (0, 0, False)],
)
def test_it_takes_a_hundred_and_a_half(read: int, refused: int, holds: bool) -> None:
    assert pulled((0.0, read, refused)) is holds


def test_batches_of_a_minute_add_up() -> None:
    assert pulled((0.0, 60, 60), (30.0, 39, 39)) is False
    assert pulled((0.0, 60, 60), (30.0, 40, 40)) is True


def test_what_is_older_than_a_minute_does_not_count() -> None:
    assert pulled((0.0, 99, 99), (60.0, 1, 1)) is True
    assert pulled((0.0, 99, 99), (60.1, 1, 1)) is False


def test_good_records_of_the_minute_hold_it_off_and_older_ones_do_not() -> None:
    assert pulled((0.0, 1_000, 0), (59.0, 150, 150)) is False
    assert pulled((0.0, 1_000, 0), (61.0, 150, 150)) is True


def test_it_says_what_to_do_and_needs_a_person() -> None:
    with pytest.raises(StopServiceError, match=r"100 of 150 records .* See `\./keepline dead-letters list`"):
        Brake().count(150, 100, 0.0)
