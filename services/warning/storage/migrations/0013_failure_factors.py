"""What failed contacts were put down to, month by month."""

from shared.db.script import run, split

revision = "warning_0013"
down_revision = "warning_0012"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.failure_factor (
    month text NOT NULL,
    region text NOT NULL,
    reason text NOT NULL,
    count int NOT NULL,
    failures int NOT NULL,
    share double precision NOT NULL,
    PRIMARY KEY (month, region, reason));
COMMENT ON TABLE warning.failure_factor IS 'Each reason''s part in a month''s failed contacts, as KPI told it'
"""

DOWN = """
DROP TABLE warning.failure_factor
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back; the archive brings them again."""
    run(split(DOWN))
