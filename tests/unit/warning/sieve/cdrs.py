"""CDRs for tests of the sieve: by hand, and by hypothesis."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from services.warning.domain.sieve.cdr import Cdr
from tests.support.builders import NUMBER, RIVAL_NUMBER, at

TEN = at("2026-03-05 10:00")
PEERS = (NUMBER, RIVAL_NUMBER, "+8613000000001", "+8619200000001", "+14155550100", "10086", "10001", "friend", None)
"""Ours, two rivals', a newcomer's, a foreigner's, a rival's hotline, our own, a text, nobody."""
NUMBERS = ("+8613300000001", "+8618900000002", "+14155550111")


def cdr(number: int = 0, when: datetime = TEN, **fields: Any) -> Cdr:
    """Return an outgoing call by our customer, with some fields set otherwise."""
    told: dict[str, Any] = {"id": f"switch-{number}", "occurred_at": when, "msisdn": NUMBER, "service": "voice"}
    return Cdr(**(told | fields))


def encoded(**changed: Any) -> bytes:
    """Return a CDR's bytes with some fields set otherwise, or left away where they are set to `...`."""
    plain = {"id": "switch-1", "occurred_at": TEN, "msisdn": NUMBER, "service": "voice", "peer": "10086"} | changed
    return msgspec.json.encode({name: value for name, value in plain.items() if value is not ...})


CDRS = st.builds(
    Cdr,
    id=st.integers(0, 200).map("switch-{}".format),
    occurred_at=st.integers(0, 3 * 86_400).map(lambda second: TEN + timedelta(seconds=second)),
    msisdn=st.sampled_from(NUMBERS),
    service=st.sampled_from(["voice", "voice", "sms", "data"]),
    direction=st.sampled_from(["out", "in", "forwarded"]),
    peer=st.sampled_from(PEERS),
    duration_s=st.integers(0, 3_600),
    bytes=st.integers(0, 10**9),
    cell=st.sampled_from([None, *(f"150102-{number}" for number in range(8))]),
    imei=st.sampled_from([None, "860000000000001", "010000000000002", "86000000000003", "unknown"]),
)
