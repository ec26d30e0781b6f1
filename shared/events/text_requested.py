"""The SMS gateway is asked to send a text (names after TMF681 CommunicationMessage)."""

from shared.topic import EventId, Kind, Moment, Stage, SubscriberEvent, Text, Topic


class TextRequested(SubscriberEvent, frozen=True, kw_only=True):
    """The id is the request's; the gateway sends each once, however often it is asked."""

    content: Text
    scheduled_send_time: Moment
    """Not before: at night nobody is texted."""
    valid_until: Moment
    """Not after."""
    cause_id: EventId
    """The request that dispatch released."""


TOPIC = Topic(
    name="sms.text_requested.v1",
    event=TextRequested,
    stage=Stage.NETWORK,
    kind=Kind.REQUEST,
    owner="sms",
)
