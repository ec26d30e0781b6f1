"""A role that reads the sums, for dashboards: no customer, no person's name, no write."""

from shared.db.script import run, split

revision = "kpi_0002"
down_revision = "kpi_0001"
branch_labels = None
depends_on = None

UP = """
DO $$ BEGIN CREATE ROLE kpi_reader NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

GRANT USAGE ON SCHEMA kpi TO kpi_reader;
GRANT SELECT ON kpi.counter, kpi.region, kpi.monthly, kpi.monthly_by_city TO kpi_reader;
CREATE POLICY dashboards ON kpi.counter FOR SELECT TO kpi_reader USING (true)
"""

DOWN = """
DROP POLICY dashboards ON kpi.counter;
REVOKE ALL ON kpi.counter, kpi.region, kpi.monthly, kpi.monthly_by_city FROM kpi_reader;
REVOKE USAGE ON SCHEMA kpi FROM kpi_reader
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back; the role stays, for other databases of the server may use it."""
    run(split(DOWN))
