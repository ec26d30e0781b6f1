"""How good each feed is, counted by hour and day as its records arrive."""

from shared.db.script import run, split

revision = "intake_0003"
down_revision = "intake_0002"
branch_labels = None
depends_on = None

TABLES = ("feed_hour", "feed_day", "feed_delay", "feed_sequence", "feed_id")
UP = """
CREATE TABLE intake.feed_hour (
    topic text NOT NULL,
    hour timestamptz NOT NULL,
    arrived bigint NOT NULL,
    PRIMARY KEY (topic, hour));
COMMENT ON TABLE intake.feed_hour IS 'Records by the hour in which their event occurred';

CREATE TABLE intake.feed_day (
    topic text NOT NULL,
    day date NOT NULL,
    looked_at bigint NOT NULL DEFAULT 0,
    repeated bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    delay_s_max double precision NOT NULL DEFAULT 0,
    last_arrived_at timestamptz,
    PRIMARY KEY (topic, day));
COMMENT ON TABLE intake.feed_day IS 'Repeats, refusals and extremes by the day on which the event occurred';
COMMENT ON COLUMN intake.feed_day.refused IS 'Records that could not be read, by the day of their arrival';

CREATE TABLE intake.feed_delay (
    topic text NOT NULL,
    day date NOT NULL,
    step smallint NOT NULL,
    records bigint NOT NULL,
    PRIMARY KEY (topic, day, step));
COMMENT ON TABLE intake.feed_delay IS 'Records by the step of their delay (domain/arrivals.py)';

CREATE TABLE intake.feed_sequence (
    topic text NOT NULL,
    source text NOT NULL,
    day date NOT NULL,
    seen int8multirange NOT NULL,
    PRIMARY KEY (topic, day, source));
COMMENT ON TABLE intake.feed_sequence IS 'The numbers that each source''s records of a day bore';

CREATE TABLE intake.feed_id (
    topic text NOT NULL,
    id_hash bigint NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, id_hash));
CREATE INDEX feed_id_noted ON intake.feed_id USING brin (noted_at);
COMMENT ON TABLE intake.feed_id IS 'Ids of the last days, as hashes: whatever comes again is a repeat';

GRANT SELECT ON intake.feed_hour, intake.feed_day, intake.feed_delay, intake.feed_sequence TO intake_api
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(f"DROP TABLE intake.{table}" for table in TABLES)
