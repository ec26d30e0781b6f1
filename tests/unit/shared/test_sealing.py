"""What is sealed is opened by the same key only, and says nothing meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import Sealer, new_key

pytestmark = pytest.mark.unit

SEALER = Sealer(new_key())


@given(st.binary(max_size=200))
def test_what_was_sealed_comes_back(clear: bytes) -> None:
    assert SEALER.open(SEALER.seal(clear)) == clear


def test_the_clear_bytes_do_not_show() -> None:
    assert "13800138000" not in SEALER.seal(b"+8613800138000")
    assert SEALER.seal(b"x") != SEALER.seal(b"x")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(ValueError, match="could not open the sealed bytes"):
        Sealer(new_key()).open(SEALER.seal(b"x"))


def test_changed_bytes_do_not_open() -> None:
    sealed = SEALER.seal(b"+8613800138000")
    with pytest.raises(ValueError, match="could not open the sealed bytes"):
        SEALER.open(sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:])


@pytest.mark.parametrize("key", ["", "short", "=" * 44, "é" * 44, new_key()[:-4]])
def test_a_bad_key_is_named_with_the_command_that_mends_it(key: str) -> None:
    with pytest.raises(ValueError, match=r"KEEPLINE_SECRET_KEY.*`\./keepline secret`") as error:
        Sealer(key)
    assert not key or key not in str(error.value)
