"""Proposals to change policy, and the versions that approvals make of them."""

from typing import Any

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.policy import PolicyVersion
from shared.policy_change.change import Proposal, State

COLUMNS = (
    "proposal_id, name, scope, fields, unset, effective_from, why, proposed_by, proposed_at,"
    " state, decided_by, decided_at, decided_why, version, undoes"
)


async def one_by_one(tx: AsyncConnection) -> None:
    """Wait until nobody else decides about this service's policy, and keep it so until the transaction ends.

    So each change is held against all earlier ones, and versions are seen in the order of their numbers.
    """
    await tx.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('policy ' || current_schema(), 0))"))


async def add(tx: AsyncConnection, proposal: Proposal) -> Proposal:
    """Keep a new proposal, and return it under its number."""
    columns = COLUMNS.removeprefix("proposal_id, ")
    values = ", ".join(
        "CAST(:fields AS jsonb)" if name == "fields" else f":{name}" for name in columns.replace(" ", "").split(",")
    )
    told = {name: getattr(proposal, name) for name in columns.replace(" ", "").split(",")}
    told |= {"fields": _written(proposal.fields), "unset": list(proposal.unset)}
    inserted = text(f"INSERT INTO policy_proposal ({columns}) VALUES ({values}) RETURNING proposal_id")
    number: int = (await tx.execute(inserted, told)).scalar_one()
    return msgspec.structs.replace(proposal, proposal_id=number)


async def find(tx: AsyncConnection, proposal_id: int) -> Proposal | None:
    """Return a proposal; None: there is none, or not for whoever asks."""
    found = text(f"SELECT {COLUMNS} FROM policy_proposal WHERE proposal_id = :proposal_id")
    row = (await tx.execute(found, {"proposal_id": proposal_id})).mappings().one_or_none()
    return _proposal(row) if row else None


async def listed(tx: AsyncConnection, state: State | None, before: int | None, limit: int) -> list[Proposal]:
    """Return proposals, newest first: in `state`, or in any; older than number `before`."""
    found = text(
        f"SELECT {COLUMNS} FROM policy_proposal"
        " WHERE (CAST(:state AS text) IS NULL OR state = :state)"
        " AND (CAST(:before AS bigint) IS NULL OR proposal_id < :before)"
        " ORDER BY proposal_id DESC LIMIT :limit"
    )
    rows = await tx.execute(found, {"state": state, "before": before, "limit": limit})
    return [_proposal(row) for row in rows.mappings()]


async def settle(tx: AsyncConnection, decided: Proposal) -> None:
    """Write down what was decided about a proposal that was open."""
    await tx.execute(
        text(
            "UPDATE policy_proposal SET state = :state, decided_by = :decided_by, decided_at = :decided_at,"
            " decided_why = :decided_why, version = :version WHERE proposal_id = :proposal_id AND state = 'proposed'"
        ),
        {
            "state": decided.state,
            "decided_by": decided.decided_by,
            "decided_at": decided.decided_at,
            "decided_why": decided.decided_why,
            "version": decided.version,
            "proposal_id": decided.proposal_id,
        },
    )


async def enact(tx: AsyncConnection, version: PolicyVersion, set_by: str, why: str) -> int:
    """Add a version to the service's policy, and return its number."""
    added = await tx.execute(
        text(
            "INSERT INTO policy (name, scope, effective_from, fields, set_by, why)"
            " VALUES (:name, :scope, :effective_from, CAST(:fields AS jsonb), :set_by, :why) RETURNING version"
        ),
        {
            "name": version.name,
            "scope": version.scope,
            "effective_from": version.effective_from,
            "fields": _written(version.fields),
            "set_by": set_by,
            "why": why,
        },
    )
    number: int = added.scalar_one()
    return number


async def history(tx: AsyncConnection, name: str, limit: int) -> list[RowMapping]:
    """Return the versions of one policy with who made them and why, newest first."""
    rows = await tx.execute(
        text(
            "SELECT version, policy.scope, policy.effective_from, policy.fields, set_by, policy.why, set_at,"
            " proposed_by, proposal_id, undoes"
            " FROM policy LEFT JOIN policy_proposal USING (version)"
            " WHERE policy.name = :name ORDER BY version DESC LIMIT :limit"
        ),
        {"name": name, "limit": limit},
    )
    return list(rows.mappings())


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(**{**row, "unset": tuple(row["unset"])})


def _written(fields: dict[str, Any]) -> str:
    return msgspec.json.encode(fields).decode()
