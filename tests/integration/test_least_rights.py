"""What each service's roles may do in the database: their own work, and nothing beside it."""

import pytest
from sqlalchemy import text

from deploy.roster import histories
from shared.db import answers
from shared.db.answers import Answer
from shared.db.engine import connect, scoped
from shared.settings import Settings
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
OF_PEOPLE = {
    "answer": {"SELECT", "INSERT"},
    "audit": {"INSERT"},
    "outbox": {"INSERT"},
    "policy": {"SELECT", "INSERT"},
    "policy_proposal": {"SELECT", "INSERT", "UPDATE"},
}
"""What whoever serves people may do with the tables that every service has."""
COMMON = (
    "answer",
    "audit",
    "consumer_offset",
    "dead_letter",
    "due_day",
    "inbox",
    "offset_gap",
    "outbox",
    "policy",
    "policy_proposal",
    "waiting_fact",
)


async def test_who_serves_people_writes_down_what_was_done_and_reads_none_of_it(tables: Tables) -> None:
    allowed = {table: await _rights(tables, "dispatch_api", f"dispatch.{table}") for table in COMMON}
    assert allowed == {table: OF_PEOPLE.get(table, set()) for table in COMMON}
    for service in histories():
        mine = {table: await _rights(tables, f"{service}_api", f"{service}.{table}") for table in COMMON}
        assert mine == allowed, service


async def test_nobody_changes_what_was_audited_or_decided_as_policy(tables: Tables) -> None:
    for service in histories():
        stream = {table: await _rights(tables, f"{service}_stream", f"{service}.{table}") for table in COMMON}
        assert stream["audit"] == {"SELECT", "INSERT"}
        assert (stream["policy"], stream["policy_proposal"]) == ({"SELECT"}, set()), "only people change policy"


async def test_a_person_finds_their_own_answers_only(settings: Settings, tables: Tables) -> None:
    engine = connect(settings.database_url, "offers", "offers_api")
    given = Answer("a fingerprint", 201, {"offer_id": "o1"})
    async with scoped(engine, {"staff": "anna"}) as tx:
        await answers.keep(tx, "anna", "a key of hers", given)

    seen = {}
    for staff in ("anna", "boris", ""):
        async with scoped(engine, {"staff": staff}) as tx:
            seen[staff] = await answers.claim(tx, "anna", "a key of hers")
    await engine.dispose()

    assert seen == {"anna": given, "boris": None, "": None}
    assert await tables.count("offers.answer") == 1


async def test_no_service_has_any_right_in_anothers_schema(tables: Tables) -> None:
    for service in histories():
        strangers = [other for other in histories() if other != service]
        foreign = await tables.column(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles) AND has_schema_privilege(oid, :schema, 'USAGE')",
            roles=[f"{other}_{kind}" for other in strangers for kind in ("api", "stream")],
            schema=service,
        )
        assert foreign == [], service


async def test_names_of_staff_are_seen_with_their_figures_only(settings: Settings, tables: Tables) -> None:
    for staff_id, region in (("anna", "150000.150100.150102"), ("zoe", "150000.150200.150202")):
        await tables.change("INSERT INTO kpi.staff VALUES (:id, :id, clock_timestamp())", id=staff_id)
        await tables.change(
            "INSERT INTO kpi.counter (measure, month, region, staff_id, value)"
            " VALUES ('worked', '2026-03', CAST(:region AS ltree), :id, 1)",
            id=staff_id,
            region=region,
        )

    engine = connect(settings.database_url, "kpi", "kpi_api")
    async with scoped(engine, {"staff": "cid", "role": "city_admin", "region": "150000.150100"}) as tx:
        names = (await tx.execute(text("SELECT name FROM staff"))).scalars().all()
        shown = (await tx.execute(text("SELECT name FROM monthly_by_staff"))).scalars().all()
    await engine.dispose()

    assert names == shown == ["anna"]


async def _rights(tables: Tables, role: str, table: str) -> set[str]:
    """Return what `role` may do with `table`, as a whole or with some column."""
    kinds = "unnest(CAST(:rights AS text[])) AS kind"
    whole = "has_table_privilege(:role, :table, kind)"
    column = "CASE WHEN kind IN ('SELECT', 'INSERT', 'UPDATE') THEN has_any_column_privilege(:role, :table, kind) END"
    return set(
        await tables.column(
            f"SELECT kind FROM {kinds} WHERE {whole} OR coalesce({column}, false)",
            rights=list(RIGHTS),
            role=role,
            table=table,
        )
    )
