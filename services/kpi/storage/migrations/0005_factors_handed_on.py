"""A month's failure factors are handed on once."""

from shared.db.script import run, split

revision = "kpi_0005"
down_revision = "kpi_0004"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE kpi.factors_handed_on (
    month text PRIMARY KEY,
    handed_on_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE kpi.factors_handed_on IS 'Months whose failure factors were told to the warning stage'
"""

DOWN = """
DROP TABLE kpi.factors_handed_on
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(split(DOWN))
