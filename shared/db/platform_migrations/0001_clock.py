"""The business clock, who sees a work item, and which kind of deployment this database belongs to."""

from shared.db.script import run, split

revision = "platform_0001"
down_revision = None
branch_labels = ("platform",)
depends_on = None

UP = """
CREATE EXTENSION IF NOT EXISTS ltree WITH SCHEMA public;

CREATE TABLE platform.deployment (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    environment text NOT NULL CHECK (environment IN ('production', 'development')),
    simulation boolean NOT NULL,
    CHECK (environment = 'development' OR NOT simulation));
COMMENT ON TABLE platform.deployment IS 'What this database is for; only its owner writes it';

CREATE TABLE platform.business_clock (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    moment timestamptz NOT NULL);
COMMENT ON TABLE platform.business_clock IS 'Business time in a simulation; no row: business time is real time';

CREATE FUNCTION platform.business_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT coalesce((SELECT moment FROM platform.business_clock), clock_timestamp()) $$;

CREATE FUNCTION platform.move_business_clock(later timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = platform AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM platform.deployment WHERE simulation) THEN
        RAISE EXCEPTION 'could not move business time: this database is not a simulation';
    END IF;
    INSERT INTO platform.business_clock AS clock (moment) VALUES (later)
    ON CONFLICT (single) DO UPDATE SET moment = later WHERE clock.moment <= later;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'could not move business time back to %: it runs forward only', later;
    END IF;
END $$;

CREATE FUNCTION platform.sees(tier text, home ltree, offered ltree, assigned text) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN current_setting('app.role', true) IN
        ('province_admin', 'city_admin', 'county_supervisor', 'team_leader', 'auditor')
    THEN home <@ nullif(current_setting('app.region', true), '')::ltree
    ELSE tier = current_setting('app.role', true)
        AND nullif(current_setting('app.region', true), '')::ltree <@ offered
        AND (assigned IS NULL OR assigned = current_setting('app.staff', true))
END $$;

REVOKE ALL ON FUNCTION platform.move_business_clock FROM PUBLIC;
GRANT USAGE ON SCHEMA platform TO PUBLIC;
GRANT SELECT ON platform.business_clock, platform.deployment TO PUBLIC
"""

DOWN = """
DROP FUNCTION platform.sees(text, ltree, ltree, text);
DROP FUNCTION platform.move_business_clock(timestamptz);
DROP FUNCTION platform.business_now();
DROP TABLE platform.business_clock;
DROP TABLE platform.deployment
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(split(DOWN))
