"""Users become customers and a month's usage their bill, rated as the operator says."""

from datetime import date

import pytest

from services.intake.domain.formats.megaline import CALLS, FORMAT, MESSAGES, PLANS, SESSIONS, USERS
from shared.calendar import local_date
from shared.events.bill_issued import BillIssued
from shared.events.customer_recorded import CustomerRecorded
from shared.events.region_defined import RegionDefined
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.topic import of_kind
from tests.support.builders import at
from tests.unit.intake.formats.sources import Folder, refused, taken

pytestmark = pytest.mark.unit

BASE = {
    PLANS: "messages_included,mb_per_month_included,minutes_included,usd_monthly_pay,usd_per_gb,usd_per_message,"
    "usd_per_minute,plan_name\n50,15360,500,20,10,0.03,0.03,surf",
    USERS: "user_id,first_name,last_name,age,city,reg_date,tariff,churn_date\n"
    "1000,Anna,Lee,30,Gotham,24/12/2017,surf,\n"
    "1001,Bert,Roe,40,Metropolis,15/03/2018,surf,20/04/2018\n"
    "1002,Carl,Poe,50,Gotham,01/01/2018,surf,",
    CALLS: "id,user_id,call_date,duration",
    MESSAGES: "id,user_id,message_date",
    SESSIONS: "id,user_id,session_date,mb_used",
}


def folder(**more: str) -> dict[str, str]:
    """Return the files with further rows, by what they hold."""
    names = {"plans": PLANS, "users": USERS, "calls": CALLS, "messages": MESSAGES, "sessions": SESSIONS}
    return BASE | {names[what]: f"{BASE[names[what]]}\n{rows}" for what, rows in more.items()}


def bills(**more: str) -> list[BillIssued]:
    """Return the bills that usage comes to."""
    return of_kind(BillIssued, taken(FORMAT, folder(**more)))


def calls(*durations: float, user: str = "1000") -> str:
    """Return calls in May."""
    return "\n".join(f"{user}_{number},{user},10/05/2018,{each}" for number, each in enumerate(durations))


def test_users_become_customers_with_a_number() -> None:
    events = taken(FORMAT, BASE)
    assert [event.name for event in of_kind(CustomerRecorded, events)] == ["Anna Lee", "Bert Roe", "Carl Poe"]
    told = [(event.msisdn, event.package, event.county) for event in of_kind(SubscriptionRecorded, events)]
    assert told[0] == ("+8619920001000", "surf", "990101")
    assert told[-1] == ("+8619920001002", "surf", "990101")


def test_who_left_is_told_a_second_time_with_the_end() -> None:
    ended = [event.ended_at for event in of_kind(SubscriptionRecorded, taken(FORMAT, BASE))]
    assert ended == [None, None, at("2018-04-20 20:00"), None]


def test_cities_become_those_of_a_made_up_province_each_once() -> None:
    told = [(event.adcode, event.name_en) for event in of_kind(RegionDefined, taken(FORMAT, BASE))]
    assert told == [
        ("990000", "Megaline"),
        ("990100", "Gotham"),
        ("990101", "Gotham"),
        ("990200", "Metropolis"),
        ("990201", "Metropolis"),
    ]


@pytest.mark.parametrize(
    ("durations", "minutes", "fen"),
    [
        ([0.0], 0, 14_000),
        ([0.01], 1, 14_000),
        ([1.0], 1, 14_000),
        ([1.01, 1.01], 4, 14_000),
        ([500.0], 500, 14_000),
        ([500.01], 501, 14_021),
    ],
)
def test_each_call_is_rounded_up_to_a_minute(durations: list[float], minutes: int, fen: int) -> None:
    (bill,) = bills(calls=calls(*durations))
    assert (bill.lines.local_minutes, bill.amount_due_fen) == (minutes, fen)


@pytest.mark.parametrize(
    ("megabytes", "fen"),
    [(["15360"], 14_000), (["15360.01"], 21_000), (["8000", "8384"], 21_000), (["16384.5"], 28_000)],
)
def test_a_months_data_are_rounded_up_to_a_gigabyte(megabytes: list[str], fen: int) -> None:
    rows = "\n".join(f"1000_{number},1000,10/05/2018,{each}" for number, each in enumerate(megabytes))
    (bill,) = bills(sessions=rows)
    assert bill.amount_due_fen == fen


def test_messages_beyond_the_package_cost_three_cents() -> None:
    rows = "\n".join(f"1000_{number},1000,10/05/2018" for number in range(51))
    (bill,) = bills(messages=rows)
    assert (bill.lines.messages, bill.amount_due_fen) == (51, 14_000 + 21)


def test_a_bill_is_of_a_month_with_usage_and_issued_on_the_second_of_the_next() -> None:
    rows = "1000_0,1000,31/05/2018,1\n1000_1,1000,01/07/2018,1"
    told = [(bill.month, local_date(bill.occurred_at)) for bill in bills(calls=rows)]
    assert told == [("2018-05", date(2018, 6, 2)), ("2018-07", date(2018, 8, 2))]


@pytest.mark.parametrize(
    ("user", "day", "part"),
    [
        ("1001", "20/03/2018", True),
        ("1001", "10/04/2018", True),
        ("1002", "10/01/2018", False),
        ("1000", "10/01/2018", False),
    ],
)
def test_the_months_of_joining_and_leaving_are_part_months(user: str, day: str, part: bool) -> None:
    (bill,) = bills(calls=f"x,{user},{day},1")
    assert bill.part_month is part


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"calls": "x,9999,10/05/2018,1"}, "unknown_user"),
        ({"calls": "x,1000,10/05/2018,many"}, "bad_value"),
        ({"calls": "x,1000,10/05/2018,-1"}, "bad_value"),
        ({"calls": "x,1000,10/05/2018,NaN"}, "bad_value"),
        ({"calls": "x,1000,10/05/2018,1e9"}, "bad_value"),
        ({"calls": "x,1000,2018-05-10,1"}, "bad_value"),
        ({"calls": "x,1000,31/02/2018,1"}, "bad_value"),
        ({"calls": "x,1000"}, "bad_row"),
        ({"users": "1003,A,B,1,Gotham,01/01/2018,gold,"}, "unknown_plan"),
        ({"users": "x,A,B,1,Gotham,01/01/2018,surf,"}, "bad_value"),
        ({"users": "1003,,,1,Gotham,01/01/2018,surf,"}, "schema"),
        ({"plans": "1,1,1,free,1,1,1,gold"}, "bad_value"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_reason(more: dict[str, str], reason: str) -> None:
    assert [why for _, _, why in refused(FORMAT, folder(**more))] == [reason]


def test_a_record_that_comes_twice_counts_once() -> None:
    row = "x,1000,10/05/2018,7"
    (bill,) = bills(calls=f"{row}\n{row}")
    assert bill.lines.local_minutes == 7
    assert [why for _, _, why in refused(FORMAT, folder(calls=f"{row}\n{row}"))] == ["repeated"]


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=USERS):
        list(FORMAT.read(Folder({name: text for name, text in BASE.items() if name != USERS})))
