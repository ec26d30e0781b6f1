"""People propose and approve changes of policy."""

from shared.db import plumbing
from shared.db.script import run

revision = "warning_0006"
down_revision = "warning_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    run(plumbing.policy_changes("warning"))


def downgrade() -> None:
    """Take back; proposals go, the versions that were approved stay."""
    run(plumbing.policy_changes_undone("warning"))
