"""Who sees what over HTTP, on real Kafka and PostgreSQL: the card, one's own region and level, nothing without a token.

Row-level security decides; whatever table it ought to guard is found in the database's own catalogue.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from deploy.local.ports import free_ports
from services.dispatch.domain.holdout import Holdout, held_out
from shared.db.engine import connect, scoped
from shared.events.bill_issued import BillLines
from shared.events.warning_raised import LikelyReason
from shared.http.tokens import Person
from shared.settings import Settings
from tests.integration.test_desk import RETAINED, Desk, Rep, desk_at, move_clock, refused
from tests.support.builders import REGION, at, bill, customer, subscription
from tests.support.issuer import Issuer
from tests.support.running import serving
from tests.support.tables import Tables
from tests.unit.warning.builders import warning

pytestmark = pytest.mark.integration

PROVINCE, CITY, OTHER_CITY = "150000", "150000.150100", "150000.150200"
OTHER_COUNTY = "150000.150200.150202"
GUARDED = ("work_item", "queue_event", "warning", "contact", "customer", "subscription", "bill", "number")
HELD_OUT = next(name for name in map(str, range(1_000)) if held_out(name, None, Holdout()))
REGIONS = ("region", "home_region", "offered_region", "assigned_to")
PEOPLE = ("customer_id", "subscription_id", "msisdn", "work_item_id", "account", "posting_id")
TELLING = [*REGIONS, *PEOPLE]
"""A table with one of these columns tells of customers, or of what is somebody's own."""


@pytest.fixture
async def desk(settings: Settings, tables: Tables, issuer: Issuer) -> AsyncIterator[Desk]:
    """Run dispatch with one phone manager's item in the county."""
    async with desk_at(settings, tables, issuer) as found:
        await found.tell([warning()], "dispatch.work_item", 1)
        yield found


async def test_an_item_is_seen_in_its_own_region_and_level_only(desk: Desk) -> None:
    seen = {rep: await _sees(desk, *rep) for rep in SEES}
    assert seen == SEES

    await desk.tables.change("UPDATE dispatch.work_item SET assigned_to = 'carl'")
    assert await _sees(desk, "carl") == (1, 200)
    assert await _sees(desk, "dora") == (0, 404)
    assert (await desk.rep("dora").claim()).status_code == 204
    assert (await desk.rep("carl", region=OTHER_COUNTY).claim()).status_code == 204
    assert (await desk.rep("carl").claim()).status_code == 200


SEES = {
    ("carl", "phone_manager", REGION): (1, 200),
    ("carl", "phone_manager", OTHER_COUNTY): (0, 404),
    ("carl", "customer_manager", REGION): (0, 404),
    ("sue", "county_supervisor", REGION): (1, 200),
    ("sue", "county_supervisor", OTHER_COUNTY): (0, 404),
    ("cid", "city_admin", CITY): (1, 200),
    ("cid", "city_admin", OTHER_CITY): (0, 404),
    ("pat", "province_admin", PROVINCE): (1, 200),
}


async def _sees(desk: Desk, *who: str) -> tuple[int, int]:
    """Return how many items the list shows, and how the card of the only one there is answers."""
    rep, work_item_id = desk.rep(*who), await desk.tables.one("SELECT work_item_id FROM dispatch.work_item")
    return len((await rep.get()).json()["items"]), (await rep.get(f"/{work_item_id}/card")).status_code


async def test_a_phone_manager_sees_no_customer_managers_item(desk: Desk) -> None:
    await desk.tell([warning(customer_id="c2", arpu_fen=25_000)], "dispatch.work_item", 2)
    tiers = ("phone_manager", "customer_manager")
    shown = [(await desk.rep("carl", tier).get()).json()["items"] for tier in tiers]
    assert [[item["tier"] for item in items] for items in shown] == [["phone_manager"], ["customer_manager"]]
    assert len((await desk.rep("sue", "county_supervisor").get()).json()["items"]) == 2


async def test_no_table_shows_another_city_anything(desk: Desk, settings: Settings) -> None:
    facts = [customer(), bill("2026-01", 210, remaining_fen=1)]
    await desk.tell([subscription()], "dispatch.subscription", 1)
    await desk.tell(facts, "dispatch.number", 1)
    await desk.tables.until_count("dispatch.customer", 1)
    carl = desk.rep()
    assert (await carl.do("result", (await carl.claim()).json(), **RETAINED)).status_code == 200

    assert 0 not in (await _rows_seen(settings, CITY)).values()
    assert await _rows_seen(settings, OTHER_CITY) == dict.fromkeys(GUARDED, 0)
    assert await _rows_seen(settings, "") == dict.fromkeys(GUARDED, 0)


async def _rows_seen(settings: Settings, region: str) -> dict[str, int]:
    """Return how many rows of each table the administrator of `region` sees through the role that serves people."""
    claims = Person(staff_id="cid", role="city_admin", region=region).claims()
    engine = connect(settings.database_url, "dispatch", "dispatch_api")
    async with scoped(engine, claims) as tx:
        seen = {t: (await tx.execute(text(f"SELECT count(*) FROM {t}"))).scalar_one() for t in GUARDED}
    await engine.dispose()
    return seen


async def test_nobody_sees_who_is_held_out(desk: Desk, settings: Settings) -> None:
    await desk.tell([warning(customer_id=HELD_OUT)], "dispatch.arm WHERE held_out", 1)
    pat = desk.rep("pat", "province_admin", PROVINCE)
    states = ("open", "worked", "gated", "cleared", "capacity")
    shown = [item["customer_id"] for state in states for item in (await pat.get(state=state)).json()["items"]]
    assert shown == ["c1"]

    engine = connect(settings.database_url, "dispatch", "dispatch_api")
    claims = Person(staff_id="pat", role="province_admin", region=PROVINCE).claims()
    async with scoped(engine, claims) as tx:
        assert (await tx.execute(text("SELECT DISTINCT customer_id FROM warning"))).scalars().all() == ["c1"]
    with pytest.raises(ProgrammingError, match="permission denied for table arm"):
        async with scoped(engine, claims) as tx:
            await tx.execute(text("SELECT * FROM arm"))
    await engine.dispose()


async def test_no_route_answers_without_a_token_that_can_be_believed(desk: Desk, issuer: Issuer) -> None:
    foreign = Issuer(issuer.url)
    bad = [
        {},
        {"Authorization": "Bearer garbage"},
        issuer.bearer("carl", "phone_manager", REGION, exp=1),
        issuer.bearer("carl", "phone_manager", REGION, exp=None),
        issuer.bearer("carl", "phone_manager", REGION, aud="another"),
        issuer.bearer("carl", "phone_manager", REGION, iss="http://elsewhere"),
        issuer.bearer("carl", "chief", REGION),
        foreign.bearer("carl", "phone_manager", REGION),
    ]
    for headers in bad:
        assert refused(await desk.client.get("/work-items", headers=headers), 401), headers
    paths = (await desk.client.get("/openapi.json")).json()["paths"]
    routes = [
        (method, path.format(work_item_id="w", staff_id="s", proposal_id="p", name="n"))
        for path in paths
        for method in paths[path]
    ]
    answers = [await desk.client.request(method, path) for method, path in routes]
    assert len(routes) >= 9
    assert [route for route, answer in zip(routes, answers, strict=True) if not refused(answer, 401)] == []


async def test_whoever_has_another_role_is_turned_away(desk: Desk) -> None:
    auditor, finance = desk.rep("ada", "auditor"), desk.rep("fin", "finance")
    assert refused(await auditor.claim(), 403)
    assert refused(await finance.claim(), 403)
    assert refused(await finance.get(), 403)
    assert refused(await desk.client.get("/staff", headers=desk.rep().headers), 403)
    assert (await auditor.get()).status_code == 200


async def test_whatever_people_may_read_of_customers_is_under_row_security(tables: Tables) -> None:
    told = await tables.rows(
        r"""
        SELECT DISTINCT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
            SELECT FROM pg_policy p
            WHERE p.polrelid = c.oid AND r.oid = ANY (p.polroles) AND pg_get_expr(p.polqual, p.polrelid) <> 'true')
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_roles r ON r.rolname ~ '_api$' AND has_any_column_privilege(r.oid, c.oid, 'SELECT')
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY (:telling) AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p')
        """,
        telling=TELLING,
    )
    assert sorted(table for table, guarded in told if not guarded) == []
    assert {table for table, _ in told} >= {"dispatch.work_item", "offers.offer", "points.entry", "kpi.counter"}


async def test_a_view_that_people_may_read_sees_no_more_than_they_do(tables: Tables) -> None:
    views = await tables.rows(
        r"""
        SELECT DISTINCT n.nspname || '.' || c.relname, coalesce('security_invoker=true' = ANY (c.reloptions), false)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        JOIN pg_roles r ON r.rolname ~ '_api$' AND has_any_column_privilege(r.oid, c.oid, 'SELECT')
        WHERE c.relkind IN ('v', 'm')
        """
    )
    assert sorted(view for view, as_the_asker in views if not as_the_asker) == []
    assert "kpi.monthly" in {view for view, _ in views}


async def test_no_role_of_a_service_stands_above_row_security(tables: Tables) -> None:
    roles = "pg_roles AS r WHERE r.rolname ~ '_(api|stream)$'"
    owns = "EXISTS (SELECT FROM pg_class c WHERE pg_has_role(r.oid, c.relowner, 'MEMBER'))"
    assert await tables.count(roles) >= 12
    assert await tables.column(f"SELECT rolname FROM {roles} AND (rolsuper OR rolbypassrls OR rolcreaterole)") == []
    assert await tables.column(f"SELECT rolname FROM {roles} AND {owns}") == []


async def test_the_card_tells_all_that_is_known_of_the_customer(
    settings: Settings, tables: Tables, issuer: Issuer
) -> None:
    [port] = free_ports(1)
    asking = settings.model_copy(update={"addresses": {"offers": f"http://127.0.0.1:{port}"}})
    async with serving(_offers(), port), desk_at(asking, tables, issuer, "2026-02-10 12:00") as desk:
        anna = desk.rep("anna", "customer_manager")
        await _worked_in_february(desk, anna)
        [item] = (await anna.get()).json()["items"]
        card = (await anna.get(f"/{item['work_item_id']}/card")).json()

    assert [name for name, value in card.items() if value in (None, [])] == ["offers_missing"]
    assert card.pop("offers") == [{"package": "tianyi_99", "asked_by": anna.headers["Authorization"]}]
    assert {name: card[name] for name in CARD} == CARD
    assert [(each["month"], each["amount_yuan"]) for each in card["bills"]] == [("2026-01", 210.0), ("2025-12", 300.0)]
    assert {name: card["bills"][0][name] for name in LINES} == LINES
    assert [(each["type"], each["level"], each["reasons"][0]["reason"]) for each in card["warnings"]] == [
        ("rival_forwarding", 3, "competitor_tariff")
    ]
    assert card["warnings"][0]["evidence"] == {"calls": 4}
    assert [(each["outcome"], each["means"]) for each in card["history"]] == [("considering", ["service"])]


CARD = {
    "owner_name": "王芳",
    "number": "133****0001",
    "sex": "female",
    "birth_month": "1980-05",
    "high_value_type": "important",
    "important": "press",
    "stars": 6,
    "warning_types": ["rival_forwarding"],
    "brand": "tianyi",
    "package": "tianyi_129",
    "tenure_months": 21,
    "billed_yuan": 210.0,
    "arpu_yuan": 255.0,
    "months_known": 2,
    "arrears_yuan": 12.34,
    "change_share": -0.3,
    "visits": 1,
    "means_used": ["service"],
    "last_month_visit_at": "2026-02-10T04:00:00Z",
    "last_month_feedback": "considering",
}
LINES = {
    "local_minutes": 300,
    "long_distance_minutes": 40,
    "roaming_minutes": 5,
    "sms_fee_yuan": 3.5,
    "data_fee_yuan": 20.0,
    "value_added_fee_yuan": 6.0,
    "data_mb": 900,
}
JANUARY = BillLines(
    local_minutes=300,
    long_distance_minutes=40,
    roaming_minutes=5,
    data_mb=900,
    sms_fee_fen=350,
    data_fee_fen=2_000,
    value_added_fee_fen=600,
)


def _offers() -> FastAPI:
    """Return an offers service that allows one package, and says whose token it saw."""
    app = FastAPI()

    @app.get("/customers/c1/packages")
    async def packages(request: Request) -> dict[str, Any]:
        return {"packages": [{"package": "tianyi_99", "asked_by": request.headers["Authorization"]}]}

    return app


async def _worked_in_february(desk: Desk, anna: Rep) -> None:
    """Tell all of customer c1, whom `anna` reaches in February and who is warned of again in March."""
    valued = {"population": "important", "important": "press", "stars": 6, "arpu_fen": 25_500, "months_known": 2}
    person = customer(sex="female", birth_month="1980-05", important="press", stars=6)
    await desk.tell([person], "dispatch.customer", 1)
    await desk.tell([subscription(subscription_id="s1")], "dispatch.subscription", 1)
    bills = [bill("2025-12", 300), bill("2026-01", 210, lines=JANUARY, remaining_fen=1_234)]
    await desk.tell(bills, "dispatch.bill", 2)
    await desk.tell([warning(at("2026-02-10 11:00"), **valued)], "dispatch.work_item", 1)
    lease = (await anna.claim()).json()
    contact: dict[str, Any] = {"reached": True, "outcome": "considering", "means": ["service"]}
    assert (await anna.do("result", lease, **contact)).status_code == 200

    await move_clock(desk.tables, "2026-03-05 12:00")
    reason = LikelyReason(reason="competitor_tariff", weight=3, because=("calls",))
    told = {"rule_id": "rival_forwarding", "level": 3, "evidence": {"calls": 4}, "reasons": (reason,)}
    await desk.tell([warning(at("2026-03-05 11:00"), **valued, **told)], "dispatch.work_item", 2)
