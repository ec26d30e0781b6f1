"""Usage days, and when each number was heard of and looked at."""

from shared.db.script import run, split

revision = "warning_0005"
down_revision = "warning_0004"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.usage_day (
    msisdn text NOT NULL,
    day date NOT NULL,
    version int NOT NULL,
    contacts int NOT NULL,
    bytes bigint NOT NULL,
    PRIMARY KEY (msisdn, day));
COMMENT ON TABLE warning.usage_day IS 'The latest version of what each number did on each of the last weeks'' days';
CREATE INDEX usage_day_day ON warning.usage_day USING brin (day);

CREATE TABLE warning.usage_number (
    msisdn text PRIMARY KEY,
    first_active_on date NOT NULL,
    last_active_on date NOT NULL,
    weekday smallint GENERATED ALWAYS AS (((hashtextextended(msisdn, 0) % 7) + 7) % 7) STORED,
    looked_on date NOT NULL DEFAULT '-infinity');
COMMENT ON TABLE warning.usage_number IS 'When each number was heard of, and its weekday for a look';
CREATE INDEX usage_number_looked ON warning.usage_number (weekday, looked_on)
"""
DOWN = """
DROP TABLE warning.usage_number;
DROP TABLE warning.usage_day
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back; the archive brings usage days again."""
    run(split(DOWN))
