"""An analyst's rule on its whole road: refused, mended, approved by another, live within seconds, taken back."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from services.warning.storage import samples
from services.warning.wiring import run_rules
from shared.clock import monotonic
from shared.db.engine import connect
from shared.settings import Settings
from tests.support.builders import at, bill, customer, fresh, subscription
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

PROVINCE, CITY = "150000", "150000.150100"
PEOPLE = {"pat": ("province_admin", PROVINCE), "pam": ("province_admin", PROVINCE), "cid": ("city_admin", CITY)}
NUMBERS = [f"+8613300000{index:03d}" for index in range(60)]
FELL = 10
"""Of so many of them the bill of February is lower by two fifths."""
NOON = "2026-03-05 12:00"
KNOWN_S = 5.0
RULE = "warning.analyst.fall"
SAID: dict[str, Any] = {
    "title": "话费下降",
    "when": "bill.fall_share >= 0.3 && customer.tenure_days > 90",
    "level": 2,
    "explain_zh": "{bill.amount_fen:yuan}元，降{bill.fall_share:percent}",
    "explain_en": "{bill.amount_fen:yuan} yuan, {bill.fall_share:percent} lower",
    "examples": [
        {"features": {"bill.fall_share": 0.4, "customer.tenure_days": 91}, "fires": True},
        {"features": {"bill.fall_share": 0.4, "customer.tenure_days": 90}, "fires": False},
    ],
}
SHAKY: dict[str, Any] = {
    "when": "60000 / (bill.amount_fen - 4000) > 20",
    "examples": [
        {"features": {"bill.amount_fen": 5_000}, "fires": True},
        {"features": {"bill.amount_fen": 10_000}, "fires": False},
    ],
}
WARNED = "SELECT facts ->> 'msisdn' FROM warning.warning WHERE rule_id = 'analyst.fall' ORDER BY 1"


class Desk:
    """People before the policy of the rules' process."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self._client, self._issuer = client, issuer

    async def get(self, who: str, path: str) -> dict[str, Any]:
        """Ask as a person."""
        answer = await self._client.get(f"/policies{path}", headers=self._issuer.bearer(who, *PEOPLE[who]))
        told: dict[str, Any] = answer.json()
        return told

    async def post(self, who: str, path: str, body: dict[str, Any]) -> httpx.Response:
        """Write as a person."""
        headers = self._issuer.bearer(who, *PEOPLE[who]) | {"Idempotency-Key": fresh("key")}
        return await self._client.post(f"/policies{path}", json=body, headers=headers)

    async def propose(self, who: str = "pat", name: str = RULE, **otherwise: Any) -> httpx.Response:
        """Propose the rule with some fields said otherwise."""
        return await self.post(who, f"/{name}/proposals", {"scope": "", "fields": SAID | otherwise, "why": "May"})

    async def approved(self, **otherwise: Any) -> dict[str, Any]:
        """Have two persons set the rule, and return the approved proposal once this process knows it."""
        proposed = await self.propose(**otherwise)
        assert proposed.status_code == 201, proposed.text
        told = proposed.json()
        answer = await self.post("pam", f"/proposals/{told['proposal_id']}/approve", {"looked_at": told["looked_at"]})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        await self.until_known(made["version"])
        return made

    async def until_known(self, version: int) -> None:
        """Wait until this process knows a version, at most as long as it may take."""
        shown = f'keepline_policy_version{{service="warning"}} {version}.0'

        async def known() -> bool:
            return shown in (await self._client.get("/metrics")).text

        await until(known, KNOWN_S, f"version {version} to be known")

    async def shows(self, line: str) -> bool:
        """Tell whether the process's metrics have a line."""
        return line in (await self._client.get("/metrics")).text


@pytest.fixture
async def producer(settings: Settings, tables: Tables) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer; it is noon, and nothing was heard yet."""
    await begin_now(settings, ["warning"])
    await tables.change(f"SELECT platform.move_business_clock('{NOON}+08')")
    async with producing(settings) as opened:
        yield opened


@pytest.fixture
async def desk(settings: Settings, tables: Tables, issuer: Issuer, producer: AIOKafkaProducer) -> AsyncIterator[Desk]:
    """Run the rules over sixty customers with two bills each."""
    async with running(run_rules, settings) as client:
        await publish(producer, [customer(stars=5)])
        await publish(producer, [subscription(number, subscription_id=number) for number in NUMBERS])
        await tables.until_count("warning.subscription", len(NUMBERS))
        await publish(producer, [bill("2026-01", 100, number) for number in NUMBERS])
        await publish(producer, [bill("2026-02", 60 if number < NUMBERS[FELL] else 100, number) for number in NUMBERS])
        await tables.until_count("warning.inbox", 1 + 3 * len(NUMBERS))
        yield Desk(client, issuer)


def later(number: str, yuan: float, when: str = "2026-03-06 10:00") -> Any:
    """Return the bill of March, issued when every version that is approved at noon has taken force."""
    return bill("2026-03", yuan, number, occurred_at=at(when))


async def heard(tables: Tables, producer: AIOKafkaProducer, *events: Any) -> None:
    """Publish `events`, and wait until each is decided."""
    await publish(producer, events)
    for event in events:
        await tables.until_count(f"warning.inbox WHERE event_id = '{event.id}'", 1)


@pytest.mark.parametrize(
    ("said", "place", "why"),
    [
        ({"when": "bill.fallshare > 0.3"}, "when", "column 1: there is no feature 'bill.fallshare'; do you mean"),
        ({"when": "bill.fall_share > 'x'"}, "when", "column 19: double cannot be compared with string"),
        ({"when": "bill.fall_share > 0.3 && customer.tenure_days > 95"}, "examples", "example 1: it should fire"),
        ({"explain_en": "{bill.fallshare}"}, "explain_en", "there is no feature 'bill.fallshare'"),
        (
            {
                "when": "bill.amount_fen > 0",
                "examples": [
                    {"features": {"bill.amount_fen": 1}, "fires": True},
                    {"features": {"bill.amount_fen": 0}, "fires": False},
                ],
            },
            "when",
            "it is always true: at each of 60 facts of last month, of 60 subscriptions",
        ),
        (
            {
                "when": "bill.fall_share >= 0.9",
                "examples": [
                    {"features": {"bill.fall_share": 0.9}, "fires": True},
                    {"features": {}, "fires": False},
                ],
            },
            "when",
            "it is never true: at none of 60 facts of last month, of 60 subscriptions. If that is meant, set rare",
        ),
        ({"level": 4}, "level", "Expected `int` <= 3"),
        ({"wen": "true"}, "wen", "no such field"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(
    desk: Desk, tables: Tables, said: dict[str, Any], place: str, why: str
) -> None:
    refused = await desk.propose(**said)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    [error] = refused.json()["errors"]
    assert error["loc"] == ["body", "fields", place]
    assert why in error["msg"]
    assert await tables.count("warning.policy_proposal") == 0


async def test_a_rule_is_looked_at_approved_by_another_live_and_taken_back(
    desk: Desk, tables: Tables, producer: AIOKafkaProducer
) -> None:
    told = (await desk.propose()).json()
    counts = {"subscriptions": 60, "facts": 60, "held": FELL, "unknown": 0, "failed": 0, "warned": FELL}
    assert told["rehearsal"] == counts
    looked = await desk.get("pam", f"/proposals/{told['proposal_id']}")
    assert looked["rehearsal"] == counts
    own = await desk.post("pat", f"/proposals/{told['proposal_id']}/approve", {"looked_at": looked["looked_at"]})
    assert own.status_code == 403

    begun = monotonic()
    made = await desk.post("pam", f"/proposals/{told['proposal_id']}/approve", {"looked_at": looked["looked_at"]})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    await desk.until_known(1)
    await publish(producer, [later(NUMBERS[20], 60), later(NUMBERS[21], 90)])
    await tables.until_count("warning.warning WHERE rule_id = 'analyst.fall'", 1)
    assert monotonic() - begun < KNOWN_S
    [row] = await tables.column("SELECT facts FROM warning.warning WHERE rule_id = 'analyst.fall'")
    assert (row["msisdn"], row["level"], row["rule_version"], row["policy_version"]) == (NUMBERS[20], 2, 1, 1)
    assert (row["explanation_zh"], row["explanation_en"]) == ("60.00元，降40%", "60.00 yuan, 40% lower")
    assert row["evidence"]["features"]["bill.fall_share"] == 0.4
    assert row["evidence"]["when"] == SAID["when"]
    names = [each["name"] for each in (await desk.get("cid", ""))["policies"]]
    assert RULE in names

    back = await desk.post("pam", f"/{RULE}/rollback", {"version": 1, "why": "too many"})
    assert back.status_code == 201, back.text
    await desk.until_known(2)
    await heard(tables, producer, later(NUMBERS[22], 60))
    assert await tables.column(WARNED) == [NUMBERS[20]]


async def test_a_rule_that_fails_is_put_aside_alone_and_mended_it_takes_what_it_missed(
    desk: Desk, tables: Tables, producer: AIOKafkaProducer
) -> None:
    await desk.approved(**SHAKY)
    await tables.change("SELECT platform.move_business_clock('2026-03-05 12:00:30+08')")
    # Sixty customers of last month do not divide by zero; these do.
    meanwhile = "2026-03-05 12:00:20"
    for index in range(3):
        await heard(tables, producer, later(NUMBERS[30 + index], 40, meanwhile))
    await heard(tables, producer, later(NUMBERS[33], 50, meanwhile))
    assert await tables.column("SELECT error IS NULL FROM warning.missed_fact ORDER BY id") == [False] * 3 + [True]
    await until(lambda: desk.shows('keepline_rule_quarantined{rule="analyst.fall"} 1.0'), what="the alarm")
    others = await tables.column(
        "SELECT DISTINCT facts ->> 'msisdn' FROM warning.warning WHERE rule_id <> 'analyst.fall'"
    )
    assert set(NUMBERS[30:34]) <= set(others)

    await desk.approved()
    await tables.until_count("warning.missed_fact", 4)
    await tables.change("SELECT platform.move_business_clock('2026-03-05 12:01+08')")
    await tables.until_count("warning.missed_fact", 0)
    assert await tables.column(WARNED) == NUMBERS[30:34]
    assert await tables.count("warning.dead_letter") == 0


async def test_what_has_happened_since_the_proposal_counts_at_the_approval(
    desk: Desk, tables: Tables, producer: AIOKafkaProducer
) -> None:
    told = (await desk.propose(**SHAKY)).json()
    await heard(tables, producer, bill("2026-02", 40, NUMBERS[5], version=2))
    why = "it can no longer be approved: when: it cannot be evaluated at 1 of 60 facts of last month"
    looked = await desk.get("pam", f"/proposals/{told['proposal_id']}")
    assert looked["obstacle"].startswith(why)
    path = f"/proposals/{told['proposal_id']}/approve"
    refused = await desk.post("pam", path, {"looked_at": told["looked_at"]})
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith(why)
    assert await tables.count("warning.policy") == 0


async def test_two_analysts_change_their_own_rules_and_a_city_says_its_own_level(
    desk: Desk, tables: Tables, producer: AIOKafkaProducer
) -> None:
    first, second = await desk.propose(), await desk.propose(name="warning.analyst.other")
    for proposed in (first, second):
        told = proposed.json()
        shown = await desk.get("pam", f"/proposals/{told['proposal_id']}")
        path = f"/proposals/{told['proposal_id']}/approve"
        assert (await desk.post("pam", path, {"looked_at": shown["looked_at"]})).status_code == 201
    city = await desk.post("cid", f"/{RULE}/proposals", {"scope": CITY, "fields": {"level": 3}, "why": "here"})
    assert city.status_code == 201, city.text
    number = city.json()["proposal_id"]
    path = f"/proposals/{number}/approve"
    assert (await desk.post("pam", path, {"looked_at": city.json()["looked_at"]})).status_code == 201
    await desk.until_known(3)
    await publish(producer, [later(NUMBERS[40], 60)])
    await tables.until_count("warning.warning WHERE rule_id LIKE 'analyst.%'", 2)
    levels = "SELECT rule_id, level FROM warning.warning WHERE rule_id LIKE 'analyst.%' ORDER BY 1"
    assert await tables.rows(levels) == [("analyst.fall", 3), ("analyst.other", 2)]


async def test_a_sample_is_bounded_and_the_same_again(settings: Settings, tables: Tables, desk: Desk) -> None:
    await tables.change("ANALYZE warning.subscription")
    engine = connect(settings.database_url, "warning", "warning_stream", pool_size=1)
    try:
        async with engine.connect() as tx:
            drawn = [
                [[holder.msisdn for holder, _, _ in page] async for page in samples.drawn(tx, scope, 40, 25)]
                for scope in ("", "", CITY, "150000.150200")
            ]
    finally:
        await engine.dispose()
    assert [[len(page) for page in pages] for pages in drawn] == [[25, 15], [25, 15], [25, 15], []]
    assert drawn[0] == drawn[1]


async def test_a_name_that_is_none_is_not_found(desk: Desk) -> None:
    for name in ("warning.analyst.", "warning.analyst.Fall", "warning.analysts.fall", f"warning.analyst.{'x' * 41}"):
        assert (await desk.propose(name=name)).status_code == 404
