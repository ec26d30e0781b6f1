"""For how long an item is in one hand: whoever puts the telephone down for good must not keep it."""

from typing import Annotated

from msgspec import Meta, Struct


class Leases(Struct, frozen=True, kw_only=True):
    """How long an item may stay in one hand; policy `dispatch.leases`."""

    lease_s: Annotated[int, Meta(ge=60, le=86_400)] = 900
