"""The audit: everything that a person does, in the transaction that does it; rows are only added."""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Actor(Protocol):
    """Whoever does something."""

    @property
    def staff_id(self) -> str:
        """Return who."""
        ...

    @property
    def role(self) -> str:
        """Return in which role."""
        ...


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever sits at the machine."""

    staff_id: str
    role: str = "ops"


async def note(tx: AsyncConnection, who: Actor, action: str, subject: str, details: dict[str, Any]) -> None:
    """Write down that `who` did `action` to `subject`."""
    await tx.execute(
        text(
            "INSERT INTO audit (actor, role, action, subject, details)"
            " VALUES (:actor, :role, :action, :subject, CAST(:details AS jsonb))"
        ),
        {
            "actor": who.staff_id,
            "role": who.role,
            "action": action,
            "subject": subject,
            "details": msgspec.json.encode(details).decode(),
        },
    )
