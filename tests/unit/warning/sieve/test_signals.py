"""A call to a rival's hotline and a leg that ran on to a rival are signals; everything else is not."""

from typing import Any

import pytest

from services.warning.domain.operators import Network
from services.warning.domain.sieve.cdr import Cdr
from services.warning.domain.sieve.signals import signals
from shared.events.signal_heard import SignalHeard
from shared.ids import derived_id
from tests.support.builders import NUMBER, RIVAL_NUMBER
from tests.unit.warning.sieve.cdrs import TEN, cdr

pytestmark = pytest.mark.unit


def kinds(*cdrs: Cdr, network: Network | None = None, ported: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Return kind and operator of the signals among `cdrs`."""
    return [(each.kind, each.operator) for each in signals(cdrs, network or Network(), ported or {})]


def test_a_signal_says_what_happened_and_derives_from_its_cdr() -> None:
    (found,) = signals([cdr(7, peer="10086", duration_s=61)], Network(), {})
    assert found == SignalHeard(
        id=derived_id("signal", "rival_hotline", "switch-7"),
        occurred_at=TEN,
        msisdn=NUMBER,
        kind="rival_hotline",
        peer="10086",
        operator="china_mobile",
        duration_s=61,
    )


@pytest.mark.parametrize(
    ("code", "operator"),
    [
        ("10086", "china_mobile"),
        ("10085", "china_mobile"),
        ("10010", "china_unicom"),
        ("10016", "china_unicom"),
        ("10099", "china_broadnet"),
    ],
)
def test_each_rivals_hotline_is_known(code: str, operator: str) -> None:
    assert kinds(cdr(peer=code)) == [("rival_hotline", operator)]


@pytest.mark.parametrize(
    "fields",
    [
        {"peer": "10000"},
        {"peer": "10001"},
        {"peer": "12580"},
        {"peer": "+8610086"},
        {"peer": RIVAL_NUMBER},
        {"peer": None},
        {"peer": "10086", "service": "sms"},
        {"peer": "10086", "direction": "in"},
        {"peer": "10086", "direction": "forwarded"},
    ],
)
def test_what_is_no_call_to_a_rivals_hotline_is_no_signal(fields: dict[str, Any]) -> None:
    assert kinds(cdr(**fields)) == []


@pytest.mark.parametrize(
    ("peer", "ported", "heard"),
    [
        (RIVAL_NUMBER, {}, [("rival_forwarded_leg", "china_mobile")]),
        ("+8613000000001", {}, [("rival_forwarded_leg", "china_unicom")]),
        (NUMBER, {}, []),
        ("+14155550100", {}, []),
        (None, {}, []),
        (RIVAL_NUMBER, {RIVAL_NUMBER: "china_telecom"}, []),
        (NUMBER, {NUMBER: "china_unicom"}, [("rival_forwarded_leg", "china_unicom")]),
    ],
)
def test_a_leg_is_a_signal_where_it_ran_on_to_a_rival(
    peer: str | None, ported: dict[str, str], heard: list[tuple[str, str]]
) -> None:
    assert kinds(cdr(peer=peer, direction="forwarded"), ported=ported) == heard
    assert kinds(cdr(peer=peer, direction="out"), ported=ported) == []


def test_who_we_are_is_policy() -> None:
    network = Network(own_operator="china_mobile", hotlines={"10000": "china_telecom"})
    forwarded = [cdr(peer=peer, direction="forwarded") for peer in (RIVAL_NUMBER, NUMBER)]
    assert kinds(cdr(peer="10086"), cdr(peer="10000"), *forwarded, network=network) == [
        ("rival_hotline", "china_telecom"),
        ("rival_forwarded_leg", "china_telecom"),
    ]


def test_a_repeated_cdr_is_the_same_signal() -> None:
    one, other = signals([cdr(7, peer="10086"), cdr(7, peer="10086")], Network(), {})
    assert one == other


def test_each_call_is_a_signal_of_its_own() -> None:
    assert len({each.id for each in signals([cdr(n, peer="10086") for n in range(5)], Network(), {})}) == 5
