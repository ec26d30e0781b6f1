"""The days that intake has published, and the right to move a simulation's clock."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "intake_0001"
down_revision = None
branch_labels = ("intake",)
depends_on = None

UP = """
CREATE TABLE published_day (
    day date PRIMARY KEY,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE published_day IS 'Calendar days whose passing was published';
GRANT EXECUTE ON FUNCTION platform.move_business_clock TO intake_stream
"""


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("intake"))
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(["REVOKE EXECUTE ON FUNCTION platform.move_business_clock FROM intake_stream"])
    run(plumbing.emptied("intake"))
