"""People see warnings of their region, as they were known at a moment."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "warning_0007"
down_revision = "warning_0006"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE warning.warning ADD COLUMN decided_at timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN warning.warning.decided_at IS 'When the warning came to be known, on the clock';
GRANT SELECT ON warning.warning TO warning_api
"""
DOWN = """
DROP POLICY people ON warning.warning;
DROP POLICY stream ON warning.warning;
ALTER TABLE warning.warning NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON warning.warning FROM warning_api;
ALTER TABLE warning.warning DROP COLUMN decided_at
"""
SEEN = "region::ltree <@ nullif(current_setting('app.region', true), '')::ltree"


def upgrade() -> None:
    """Apply."""
    run(split(UP))
    run(plumbing.row_security("warning", "warning", SEEN))


def downgrade() -> None:
    """Take back."""
    run(split(DOWN))
