"""What the database itself says about policy, whatever the services do: whose region, under which name, four eyes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.db.engine import connect, scoped
from shared.settings import Settings
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

VERSION = (
    "INSERT INTO policy (name, scope, effective_from, fields, set_by, why)"
    " VALUES ('dispatch.caps', :scope, now(), '{}', :by, 'so')"
)
PROPOSAL = (
    "INSERT INTO policy_proposal (name, scope, fields, unset, why, proposed_by, proposed_at, state)"
    " VALUES ('dispatch.caps', :scope, '{}', '{}', 'so', :by, now(), 'proposed')"
)
APPROVAL = "UPDATE policy_proposal SET state = 'approved', decided_by = :by, decided_at = now(), version = :version"
CITY, OTHER_CITY = "150000.150100", "150000.150200"
CID = {"staff": "cid", "role": "city_admin", "region": CITY}
PIA = {"staff": "pia", "role": "province_admin", "region": "150000"}


@pytest.mark.parametrize("statement", [VERSION, PROPOSAL], ids=["versions", "proposals"])
@pytest.mark.parametrize(
    ("claims", "scope", "by", "allowed"),
    [
        (CID, CITY, "cid", True),
        (CID, CITY, "pat", False),
        (CID, OTHER_CITY, "cid", False),
        (CID, "150000", "cid", False),
        (CID, "", "cid", False),
        (CID | {"role": "auditor"}, CITY, "cid", False),
        (CID | {"role": "province_admin"}, "", "cid", False),
        (PIA, "", "pia", True),
        ({}, CITY, "cid", False),
    ],
)
async def test_policy_is_written_by_whose_region_holds_it_under_their_own_name(
    settings: Settings, statement: str, claims: dict[str, str], scope: str, by: str, allowed: bool
) -> None:
    engine = connect(settings.database_url, "dispatch", "dispatch_api")
    refused = None
    try:
        async with scoped(engine, claims) as tx:
            await tx.execute(text(statement), {"scope": scope, "by": by})
    except DBAPIError as error:
        refused = str(error)
    await engine.dispose()
    assert (refused is None) == allowed
    assert refused is None or "row-level security" in refused


async def test_the_database_wants_four_eyes_and_leaves_what_was_proposed_as_it_was(
    settings: Settings, tables: Tables
) -> None:
    engine = connect(settings.database_url, "dispatch", "dispatch_api")
    async with scoped(engine, CID) as tx:
        await tx.execute(text(PROPOSAL), {"scope": CITY, "by": "cid"})
        await tx.execute(text(VERSION), {"scope": CITY, "by": "cid"})
    version = await tables.one("SELECT version FROM dispatch.policy")
    for statement, values, why in (
        (APPROVAL, {"by": "cid", "version": version}, "four_eyes"),
        ("UPDATE policy_proposal SET why = 'other'", {}, "permission denied"),
        ("DELETE FROM policy_proposal", {}, "permission denied"),
        ("UPDATE policy SET why = 'other'", {}, "permission denied"),
    ):
        with pytest.raises(DBAPIError, match=why):
            async with scoped(engine, CID) as tx:
                await tx.execute(text(statement), values)
    async with scoped(engine, PIA) as tx:
        await tx.execute(text(APPROVAL), {"by": "pia", "version": version})
    await engine.dispose()
    assert await tables.rows("SELECT state, why FROM dispatch.policy_proposal") == [("approved", "so")]
