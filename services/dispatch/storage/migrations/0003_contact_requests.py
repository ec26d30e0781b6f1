"""Texts to customers that others asked for, and what the gate made of each."""

from shared.db.script import run, split

revision = "dispatch_0003"
down_revision = "dispatch_0002"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE dispatch.contact_request (
    request_id text PRIMARY KEY,
    customer_id text NOT NULL,
    subscription_id text NOT NULL,
    msisdn text NOT NULL,
    region ltree NOT NULL,
    purpose text NOT NULL,
    words text NOT NULL,
    valid_until timestamptz NOT NULL,
    cause_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('released', 'stale', 'gated', 'capped')),
    decided_at timestamptz NOT NULL);
COMMENT ON TABLE dispatch.contact_request IS 'Texts that were asked for, released to the gateway or refused';
COMMENT ON COLUMN dispatch.contact_request.decided_at IS 'In business time';
CREATE INDEX contact_request_customer ON dispatch.contact_request (customer_id, decided_at)
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(["DROP TABLE dispatch.contact_request"])
