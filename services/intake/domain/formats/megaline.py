"""Megaline's year 2018: plans, users, calls, messages and data sessions become customers and monthly bills.

As the operator bills: each call is rounded up to a whole minute, a month's data to a whole gigabyte (1,024 MB), and a
bill is the plan's monthly pay and what goes beyond it. Months without usage have no bill. The month of joining and that
of leaving are part months, marked so: no baseline and no drop. Cities become the cities of a made-up province 99.

No CDRs come of it: the records tell days and no other party, and a CDR must name the time and, of a call, the peer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING

from services.intake.domain.format import Format, Money, Refused, Source, Taken
from services.intake.domain.rating import MB_PER_GB, Plan, Usage, rated
from services.intake.domain.table import BadValueError, Row, amount, rows, taken
from shared.calendar import local_moment, month_bounds, start_of
from shared.events.bill_issued import BillIssued
from shared.events.customer_recorded import CustomerRecorded
from shared.events.region_defined import RegionDefined
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.ids import derived_id
from shared.region import path_of
from shared.topic import Event

DOLLAR = Money("USD", 700)
"""Seven yuan to the dollar: a factor chosen so that the thresholds in yuan mean something, not a rate of a day."""
JOINED, LEFT, ISSUED = time(10), time(20), time(3)
ISSUED_AFTER = timedelta(days=1)
"""A month's bill is issued on the second of the next one."""
PROVINCE = "99"
CITIES_MAX = 99
USER_MAX = 9_999_999

PLANS = "megaline_plans.csv"
USERS = "megaline_users.csv"
CALLS = "megaline_calls.csv"
MESSAGES = "megaline_messages.csv"
SESSIONS = "megaline_internet.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user, who is one customer with one number."""

    user_id: str
    name: str
    county: str
    plan: str
    joined: date
    left: date | None


@dataclass(slots=True)
class Book:
    """What was read so far."""

    plans: dict[str, Plan] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    cities: dict[str, str] = field(default_factory=dict)
    """County adcodes by the name of the city."""
    usage: dict[tuple[str, str], Usage] = field(default_factory=dict)
    """By month and user."""
    seen: set[str] = field(default_factory=set)
    """Ids of usage records."""


def read(source: Source) -> Iterator[Taken | Refused]:
    """Yield regions, customers and subscriptions in the order of the users, then the bills by month."""
    book = Book()
    yield from _each(source, PLANS, book, _plan)
    yield from _each(source, USERS, book, _user)
    yield from _each(source, CALLS, book, _call)
    yield from _each(source, MESSAGES, book, _message)
    yield from _each(source, SESSIONS, book, _session)
    for month, user_id in sorted(book.usage):
        user = book.users[user_id]
        yield Taken((_bill(user, book.plans[user.plan], month, book.usage[month, user_id]),), lines=0)


Take = Callable[[Book, Row], tuple[Event, ...]]


def _each(source: Source, file: str, book: Book, take: Take) -> Iterator[Taken | Refused]:
    for row in rows(source, file, COLUMNS[file]):
        if isinstance(row, Refused):
            yield row
            continue
        try:
            yield taken(take(book, row))
        except BadValueError as error:
            yield row.refused(error)


def _plan(book: Book, row: Row) -> tuple[Event, ...]:
    book.plans[row["plan_name"]] = Plan(
        pay=amount(row["usd_monthly_pay"]),
        minutes=int(amount(row["minutes_included"])),
        messages=int(amount(row["messages_included"])),
        gigabytes=int(amount(row["mb_per_month_included"])) // MB_PER_GB,
        per_minute=amount(row["usd_per_minute"]),
        per_message=amount(row["usd_per_message"]),
        per_gigabyte=amount(row["usd_per_gb"]),
    )
    return ()


def _user(book: Book, row: Row) -> tuple[Event, ...]:
    user_id = row["user_id"]
    if not user_id.isdecimal() or int(user_id) > USER_MAX:
        raise BadValueError("bad_value", f"not a user's id: {user_id[:40]!r}")
    if row["tariff"] not in book.plans:
        raise BadValueError("unknown_plan", f"no such plan: {row['tariff'][:40]!r}")
    joined, left = _day(row["reg_date"]), _day(row["churn_date"]) if row["churn_date"] else None
    regions = _regions(book, row["city"])
    book.users[user_id] = user = User(
        user_id=user_id,
        name=f"{row['first_name']} {row['last_name']}".strip(),
        county=book.cities[row["city"]],
        plan=row["tariff"],
        joined=joined,
        left=left,
    )
    return (*regions, *_customer(user))


def _call(book: Book, row: Row) -> tuple[Event, ...]:
    minutes = amount(row["duration"]).to_integral_value(ROUND_CEILING)
    _used(book, row, "call_date").minutes += int(minutes)
    return ()


def _message(book: Book, row: Row) -> tuple[Event, ...]:
    _used(book, row, "message_date").messages += 1
    return ()


def _session(book: Book, row: Row) -> tuple[Event, ...]:
    megabytes = amount(row["mb_used"])
    _used(book, row, "session_date").megabytes += megabytes
    return ()


def _used(book: Book, row: Row, column: str) -> Usage:
    """Return the usage of the row's user and month, once for each id."""
    day, user_id, record = _day(row[column]), row["user_id"], f"{row.line.file} {row['id']}"
    if user_id not in book.users:
        raise BadValueError("unknown_user", f"no such user: {user_id[:40]!r}")
    if record in book.seen:
        raise BadValueError("repeated", "a record with this id was read already")
    book.seen.add(record)
    return book.usage.setdefault((day.strftime("%Y-%m"), user_id), Usage())


def _regions(book: Book, city: str) -> tuple[Event, ...]:
    """Return the divisions that `city` adds to the tree: itself, a county of its name, first of all the province."""
    if city in book.cities:
        return ()
    if len(book.cities) == CITIES_MAX:
        raise BadValueError("too_many_cities", f"the made-up province has room for {CITIES_MAX} cities")
    code = f"{PROVINCE}{len(book.cities) + 1:02d}"
    known = () if book.cities else (_region(f"{PROVINCE}0000", "Megaline"),)
    book.cities[city] = f"{code}01"
    return (*known, _region(f"{code}00", city), _region(f"{code}01", city))


def _region(adcode: str, name: str) -> RegionDefined:
    return RegionDefined(
        id=derived_id("megaline", "region", adcode),
        occurred_at=start_of(date(2018, 1, 1)),
        adcode=adcode,
        path=path_of(adcode),
        name_zh=name,
        name_en=name,
    )


def _customer(user: User) -> Iterator[Event]:
    at = local_moment(user.joined, JOINED)
    yield CustomerRecorded(
        id=derived_id("megaline", "customer", user.user_id), occurred_at=at, customer_id=_id(user), name=user.name
    )
    yield _subscription(user, at, None)
    if user.left:
        until = local_moment(user.left, LEFT)
        yield _subscription(user, until, until)


def _subscription(user: User, at: datetime, ended_at: datetime | None) -> SubscriptionRecorded:
    return SubscriptionRecorded(
        id=derived_id("megaline", "subscription", user.user_id, at.isoformat()),
        occurred_at=at,
        msisdn=_number(user),
        subscription_id=_id(user),
        customer_id=_id(user),
        county=user.county,
        brand="megaline",
        package=user.plan,
        activated_at=local_moment(user.joined, JOINED),
        ended_at=ended_at,
    )


def _bill(user: User, plan: Plan, month: str, used: Usage) -> BillIssued:
    lines = rated(plan, used, DOLLAR)
    first, following = (moment.date() for moment in month_bounds(month))
    joined_within, left_within = user.joined > first, user.left is not None and user.left < following
    return BillIssued(
        id=derived_id("megaline", "bill", user.user_id, month),
        occurred_at=local_moment(following + ISSUED_AFTER, ISSUED),
        msisdn=_number(user),
        bill_no=f"megaline-{month}-{user.user_id}",
        month=month,
        amount_due_fen=lines.total_fen,
        part_month=joined_within or left_within,
        lines=lines,
    )


def _id(user: User) -> str:
    return f"megaline-{user.user_id}"


def _number(user: User) -> str:
    return f"+861992{int(user.user_id):07d}"


def _day(text: str) -> date:
    try:
        day, month, year = map(int, text.split("/"))
        return date(year, month, day)
    except ValueError as error:
        raise BadValueError("bad_value", f"not a day as dd/mm/yyyy: {text[:40]!r}") from error


COLUMNS = {
    PLANS: (
        "plan_name",
        "usd_monthly_pay",
        "minutes_included",
        "messages_included",
        "mb_per_month_included",
        "usd_per_minute",
        "usd_per_message",
        "usd_per_gb",
    ),
    USERS: ("user_id", "first_name", "last_name", "city", "reg_date", "tariff", "churn_date"),
    CALLS: ("id", "user_id", "call_date", "duration"),
    MESSAGES: ("id", "user_id", "message_date"),
    SESSIONS: ("id", "user_id", "session_date", "mb_used"),
}

FORMAT = Format(
    name="megaline",
    says="Users become customers, a month's usage a bill at 7 yuan to the dollar; no CDRs (days only, no peer).",
    read=read,
    money=DOLLAR,
)
