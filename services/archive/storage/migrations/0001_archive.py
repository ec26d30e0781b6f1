"""The manifest: which offsets of which partition stand in which segment."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "archive_0001"
down_revision = None
branch_labels = ("archive",)
depends_on = None

UP = """
CREATE TABLE manifest (
    cluster text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL,
    segment text NOT NULL,
    at_byte bigint NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (cluster, topic, partition, first_offset));
COMMENT ON TABLE manifest IS 'What is archived where; a segment that is not here was left by a crash and is deleted'
"""


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("archive"))
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(plumbing.emptied("archive"))
