"""What re-entry numbers are found by: days' circles in pieces, agents, suspended numbers; and what was found."""

from shared.db.script import run, split

revision = "warning_0012"
down_revision = "warning_0011"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.day_piece (
    piece_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    shard smallint,
    content bytea NOT NULL);
COMMENT ON TABLE warning.day_piece IS 'Circles, cells and handsets of numbers'' days, many numbers a row, for re-entry';
COMMENT ON COLUMN warning.day_piece.shard IS 'Null: as it came, of all shards; a night sorts it';
COMMENT ON COLUMN warning.day_piece.content IS 'Columns in msgpack (domain/reentry/days.py); never compressed';
ALTER TABLE warning.day_piece ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX day_piece_shard ON warning.day_piece (shard, day);
CREATE INDEX day_piece_day ON warning.day_piece (day);

CREATE TABLE warning.suspended_number (
    msisdn text NOT NULL,
    kind text NOT NULL,
    suspended boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (msisdn, kind));
COMMENT ON TABLE warning.suspended_number IS 'The latest change of each kind of suspension of each number';

ALTER TABLE warning.subscription ADD COLUMN agent_id text;
COMMENT ON COLUMN warning.subscription.agent_id IS 'The dealer who brought the customer; null: our own hall';
CREATE INDEX subscription_activated ON warning.subscription (activated_at);

CREATE TABLE warning.reentry (
    reentry_id text PRIMARY KEY,
    kind text NOT NULL,
    new_msisdn text NOT NULL,
    old_msisdn text,
    began_on date NOT NULL,
    found_on date NOT NULL,
    told boolean NOT NULL,
    evidence jsonb NOT NULL);
COMMENT ON TABLE warning.reentry IS 'New numbers that are a customer come back, a second number or a dealer''s';
COMMENT ON COLUMN warning.reentry.old_msisdn IS 'Null: a dealer''s number need not be anybody''s';
COMMENT ON COLUMN warning.reentry.told IS 'Whether the rules were told: somebody holds the old number still';
CREATE INDEX reentry_new ON warning.reentry (new_msisdn);

CREATE TABLE warning.reentry_day (
    day date PRIMARY KEY,
    new_numbers int NOT NULL,
    found int NOT NULL,
    sought_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE warning.reentry_day IS 'Passed days after which re-entry numbers were looked for'
"""

DOWN = """
DROP TABLE warning.reentry_day;
DROP TABLE warning.reentry;
DROP INDEX warning.subscription_activated;
ALTER TABLE warning.subscription DROP COLUMN agent_id;
DROP TABLE warning.suspended_number;
DROP TABLE warning.day_piece
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back; what was found stays in the archive, and is found again from new days."""
    run(split(DOWN))
