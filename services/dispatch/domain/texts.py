"""Whether a text that somebody asks for may go to a customer, and when: the gate before the SMS gateway.

The holdout has no say: it measures what calling is worth, and whoever owes is to know it.
"""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from services.dispatch.domain.case import Case
from shared.calendar import ZONE
from shared.events.contact_decided import ContactDecided, ContactState
from shared.events.contact_requested import ContactRequested
from shared.events.text_requested import TextRequested
from shared.ids import derived_id
from shared.policy import Days
from shared.topic import Event

HourOfDay = Annotated[int, Meta(ge=0, le=23)]


class Texts(Struct, frozen=True, kw_only=True):
    """When and how often customers are texted; policy `dispatch.texts`."""

    quiet_days: Days = 3
    """After a text none other for so many days, whatever it is about."""
    first_hour: HourOfDay = 8
    """Of the local day; earlier ones wait until then."""
    last_hour: HourOfDay = 20
    """The last hour in which texts go out, to its end."""


def judged(
    case: Case, last_text_at: datetime | None, request: ContactRequested, texts: Texts, now: datetime
) -> ContactState:
    """Return what becomes of `request`; `now` is business time, and None says that the customer had no text yet."""
    if send_at(now, texts) > request.valid_until:
        return "stale"
    if any(application.released_at is None for application in case.applications):
        return "gated"
    recently = last_text_at and now - last_text_at < timedelta(days=texts.quiet_days)
    return "capped" if recently else "released"


def send_at(now: datetime, texts: Texts) -> datetime:
    """Return the first moment from `now` on at which texts go out."""
    local = now.astimezone(ZONE)
    if texts.first_hour <= local.hour <= texts.last_hour:
        return now
    morning = local.replace(hour=texts.first_hour, minute=0, second=0, microsecond=0)
    return morning if local.hour < texts.first_hour else morning + timedelta(days=1)


def said(request: ContactRequested, state: ContactState, texts: Texts, now: datetime) -> tuple[Event, ...]:
    """Return the answer, and where the text was released what the gateway is asked."""
    answer = ContactDecided(
        id=derived_id("contact_decided", request.id),
        occurred_at=now,
        msisdn=request.msisdn,
        request_id=request.id,
        customer_id=request.customer_id,
        subscription_id=request.subscription_id,
        region=request.region,
        purpose=request.purpose,
        state=state,
    )
    if state != "released":
        return (answer,)
    text = TextRequested(
        id=derived_id("text", request.id),
        occurred_at=now,
        msisdn=request.msisdn,
        content=request.words,
        scheduled_send_time=send_at(now, texts),
        valid_until=request.valid_until,
        cause_id=request.id,
    )
    return answer, text
