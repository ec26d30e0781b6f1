"""People propose and approve changes of policy."""

from shared.db import plumbing
from shared.db.script import run

revision = "kpi_0004"
down_revision = "kpi_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    run(plumbing.policy_changes("kpi"))


def downgrade() -> None:
    """Take back; proposals go, the versions that were approved stay."""
    run(plumbing.policy_changes_undone("kpi"))
