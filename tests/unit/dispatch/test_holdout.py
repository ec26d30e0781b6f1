"""The holdout is drawn by name: for good, in its share, and never an important customer."""

import pytest

from services.dispatch.domain.holdout import Holdout, held_out

pytestmark = pytest.mark.unit

CUSTOMERS = [f"C{number:06d}" for number in range(20_000)]


def drawn(holdout: Holdout, important: str | None = None) -> set[str]:
    """Return who is held out."""
    return {each for each in CUSTOMERS if held_out(each, important, holdout)}


def test_one_in_twenty_is_held_out() -> None:
    assert len(drawn(Holdout())) / len(CUSTOMERS) == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (1.0, 20_000)])
def test_none_and_all_are_exact(share: float, expected: int) -> None:
    assert len(drawn(Holdout(share=share))) == expected


def test_the_important_never_are() -> None:
    assert drawn(Holdout(share=1.0), "press") == set()


def test_a_draw_is_for_good() -> None:
    """Arms must be the same in every process and release: they are a permanent experiment."""
    assert sorted(drawn(Holdout()))[:3] == ["C000006", "C000040", "C000079"]


def test_a_larger_share_keeps_all_who_were_held_out() -> None:
    assert drawn(Holdout(share=0.05)) < drawn(Holdout(share=0.1))


def test_another_salt_draws_everybody_again() -> None:
    one, other = drawn(Holdout()), drawn(Holdout(salt="other"))
    assert len(one & other) / len(one) == pytest.approx(0.05, abs=0.03)
