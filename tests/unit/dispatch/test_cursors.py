"""A cursor leads on from where a page ended; whoever makes one up is told so."""

import base64
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.api.cursors import cursor, position
from services.dispatch.storage.queue import QueuedItem
from shared.http.problems import BadRequestError
from shared.ids import derived_id
from tests.support.builders import NUMBER, REGION, at
from tests.unit.strategies import MOMENTS, TEXTS

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")
ID = derived_id("w")


def item(priority: int, opened_at: datetime, work_item_id: str) -> QueuedItem:
    """Return an item that stands there in the queue."""
    return QueuedItem(
        work_item_id=work_item_id,
        customer_id="c1",
        subscription_id="s1",
        msisdn=NUMBER,
        state="open",
        tier="phone_manager",
        priority=priority,
        home_region=REGION,
        offered_region=REGION,
        assigned_to=None,
        opened_at=opened_at,
        due_at=opened_at,
        not_before=None,
        attempts=0,
        leased_by=None,
        lease_until=None,
        lease_token=0,
    )


@given(st.integers(0, 10**12), MOMENTS, TEXTS.map(derived_id))
def test_a_cursor_leads_back_to_its_place(priority: int, opened_at: datetime, work_item_id: str) -> None:
    assert position(cursor(item(priority, opened_at, work_item_id))) == (priority, opened_at, work_item_id)


def test_a_good_one_is_read() -> None:
    assert position(made_up(f'[1,"2026-03-05T12:00:00+08:00","{ID}"]')) == (1, NOON, ID)


def test_without_one_it_begins_at_the_start() -> None:
    assert position(None) is None


def made_up(content: str) -> str:
    """Return a cursor with this content."""
    return base64.urlsafe_b64encode(content.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "页",
        "====",
        made_up("[]"),
        made_up("[1]"),
        made_up(f'["a","2026-03-05T12:00:00+08:00","{ID}"]'),
        made_up(f'[-1,"2026-03-05T12:00:00+08:00","{ID}"]'),
        made_up(f'[9223372036854775808,"2026-03-05T12:00:00+08:00","{ID}"]'),
        made_up(f'[1,"2026-03-05T12:00:00","{ID}"]'),
        made_up(f'[1,"yesterday","{ID}"]'),
        made_up(f'[1,"2026-03-05T12:00:00+08:00","{ID}\\u0000"]'),
        made_up("null"),
        base64.urlsafe_b64encode(b'[1,"2026-03-05T12:00:00+08:00","\xff"]').decode(),
        made_up("[" * 5_000),
    ],
)
def test_a_made_up_one_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequestError):
        position(text)


@given(st.text(max_size=30))
def test_any_text_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequestError):
        position(text)


def test_it_shows_no_number() -> None:
    assert NUMBER.encode() not in base64.urlsafe_b64decode(cursor(item(1, NOON, ID)))
