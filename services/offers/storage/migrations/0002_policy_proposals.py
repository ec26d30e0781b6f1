"""People propose and approve changes of policy."""

from shared.db import plumbing
from shared.db.script import run

revision = "offers_0002"
down_revision = "offers_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    run(plumbing.policy_changes("offers"))


def downgrade() -> None:
    """Take back; proposals go, the versions that were approved stay."""
    run(plumbing.policy_changes_undone("offers"))
