"""The steps of numbers on their way to another operator, seen by people of their region."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "warning_0009"
down_revision = "warning_0008"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.porting_step (
    event_id text PRIMARY KEY,
    msisdn text NOT NULL,
    subscription_id text NOT NULL,
    region text NOT NULL,
    step text NOT NULL,
    at timestamptz NOT NULL,
    to_operator text);
COMMENT ON TABLE warning.porting_step IS 'Enquiries, applications, codes and ends, as the gateway or the BSS told them';
CREATE INDEX porting_step_number ON warning.porting_step (msisdn, at);
CREATE INDEX porting_step_subscription ON warning.porting_step (subscription_id, at);
GRANT SELECT ON warning.porting_step TO warning_api
"""
SEEN = "region::ltree <@ nullif(current_setting('app.region', true), '')::ltree"


def upgrade() -> None:
    """Apply."""
    run(split(UP))
    run(plumbing.row_security("warning", "porting_step", SEEN))


def downgrade() -> None:
    """Take back."""
    run(["DROP TABLE warning.porting_step"])
