"""Rules that fail are put aside alone, and what they miss is kept for them."""

from shared.db.script import run, split

revision = "warning_0004"
down_revision = "warning_0003"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.rule_trouble (
    rule_id text PRIMARY KEY,
    rule_version int NOT NULL,
    failures int NOT NULL DEFAULT 0,
    hangs int NOT NULL DEFAULT 0,
    last_error text NOT NULL,
    last_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE warning.rule_trouble IS 'How often each version of a rule failed or hung; too often is quarantine';

CREATE TABLE warning.missed_fact (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id text NOT NULL,
    rule_version int NOT NULL,
    subscription_id text NOT NULL REFERENCES warning.subscription,
    kind text NOT NULL,
    event jsonb NOT NULL,
    error text,
    missed_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE warning.missed_fact IS 'Facts that a rule has still to take, in their order; version 0: it may now';
CREATE INDEX missed_fact_subscription ON warning.missed_fact (subscription_id, rule_id);
CREATE INDEX missed_fact_rule ON warning.missed_fact (rule_id, rule_version, id)
"""
DOWN = """
DROP TABLE warning.missed_fact;
DROP TABLE warning.rule_trouble
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(split(DOWN))
