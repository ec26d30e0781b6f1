"""Rivals' campaigns, which weigh on reason and urgency."""

from shared.db.script import run, split

revision = "warning_0003"
down_revision = "warning_0002"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.competitor_campaign (
    campaign_id text PRIMARY KEY,
    operator text NOT NULL,
    region text NOT NULL,
    kind text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE warning.competitor_campaign IS 'Campaigns of rivals, as staff told of them last';
CREATE INDEX competitor_campaign_days ON warning.competitor_campaign (last_day, first_day)
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(["DROP TABLE warning.competitor_campaign"])
