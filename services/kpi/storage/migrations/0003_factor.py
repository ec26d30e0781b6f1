"""Counters may be told apart by a factor: failures are, by the reason that the caller judged (K2)."""

from shared.db.script import run, split

revision = "kpi_0003"
down_revision = "kpi_0002"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE kpi.counter ADD COLUMN factor text NOT NULL DEFAULT '';
COMMENT ON COLUMN kpi.counter.factor IS 'What a failure was put down to; empty for measures that do not ask';
ALTER TABLE kpi.counter DROP CONSTRAINT counter_pkey, ADD PRIMARY KEY (measure, month, region, staff_id, factor);

CREATE VIEW kpi.failure_factors WITH (security_invoker = true) AS
SELECT month, region, staff_id, factor, sum(value)::bigint AS failures
FROM kpi.counter WHERE measure = 'failures' GROUP BY month, region, staff_id, factor;
COMMENT ON VIEW kpi.failure_factors IS 'K2: contacts that did not keep the customer, by what the caller put it down to';
GRANT SELECT ON kpi.failure_factors TO kpi_api, kpi_reader
"""

DOWN = """
DROP VIEW kpi.failure_factors;
DELETE FROM kpi.counter WHERE factor <> '';
ALTER TABLE kpi.counter DROP CONSTRAINT counter_pkey, ADD PRIMARY KEY (measure, month, region, staff_id);
ALTER TABLE kpi.counter DROP COLUMN factor
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back; counters by factor go, a recount brings them again."""
    run(split(DOWN))
