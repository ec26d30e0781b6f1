"""Memories keep the day on which time alone may change their rule's mind."""

from shared.db.script import run, split

revision = "warning_0002"
down_revision = "warning_0001"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE warning.memory ADD COLUMN due_on date;
COMMENT ON COLUMN warning.memory.due_on IS 'The rule asks to be told that this day is over; null: it never does';
CREATE INDEX memory_due_on ON warning.memory (due_on, subscription_id) WHERE due_on IS NOT NULL;
CREATE INDEX subscription_customer ON warning.subscription (customer_id)
"""
DOWN = """
DROP INDEX warning.subscription_customer;
ALTER TABLE warning.memory DROP COLUMN due_on
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(split(DOWN))
