"""The sieve's checkpoints hold circles, cells and what is to be told; CDRs that come too late are kept."""

from shared.db.script import run, split

revision = "warning_0008"
down_revision = "warning_0007"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE warning.sieve_checkpoint ADD COLUMN forgotten_through int NOT NULL DEFAULT 0;
ALTER TABLE warning.sieve_segment DROP CONSTRAINT sieve_segment_kind_check;
ALTER TABLE warning.sieve_segment ADD CONSTRAINT sieve_segment_kind_check
    CHECK (kind IN ('tally', 'circle', 'cells', 'seen', 'untold'));
ALTER TABLE warning.sieve_segment ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE warning.sieve_segment IS 'Tallies, circles, cells and ids seen of the kept days, in pieces';
COMMENT ON COLUMN warning.sieve_segment.content IS 'Columns in msgpack (domain/sieve/segments.py); never compressed';

CREATE TABLE warning.late_cdr (
    cdr_id text NOT NULL,
    day date NOT NULL,
    msisdn text NOT NULL,
    content jsonb NOT NULL,
    partition int NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (day, cdr_id));
COMMENT ON TABLE warning.late_cdr IS 'CDRs that came too late to correct their day, which stays as told';
"""

DOWN = """
ALTER TABLE warning.sieve_checkpoint DROP COLUMN forgotten_through;
DROP TABLE warning.late_cdr;
DELETE FROM warning.sieve_segment WHERE kind NOT IN ('tally', 'seen');
ALTER TABLE warning.sieve_segment DROP CONSTRAINT sieve_segment_kind_check;
ALTER TABLE warning.sieve_segment ADD CONSTRAINT sieve_segment_kind_check CHECK (kind IN ('tally', 'seen'));
ALTER TABLE warning.sieve_segment ALTER COLUMN content SET STORAGE EXTENDED;
COMMENT ON TABLE warning.sieve_segment IS 'The open days'' tallies and ids seen, in pieces to be added up'
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(split(DOWN))
