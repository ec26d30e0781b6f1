"""Proposals in shadow: what they remember, and what they would have warned of beside what was."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "warning_0011"
down_revision = "warning_0010"
branch_labels = None
depends_on = None

UP = """
CREATE TABLE warning.shadow (
    proposal_id bigint PRIMARY KEY REFERENCES warning.policy_proposal,
    name text NOT NULL,
    scope text NOT NULL,
    fields jsonb NOT NULL,
    unset text[] NOT NULL,
    slot int NOT NULL CHECK (slot BETWEEN 1 AND 3),
    started_by text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    ended_why text,
    memory_kept boolean NOT NULL DEFAULT true,
    CHECK ((ended_at IS NULL) = (ended_why IS NULL)));
CREATE UNIQUE INDEX shadow_slot ON warning.shadow (slot) WHERE ended_at IS NULL;
COMMENT ON COLUMN warning.shadow.slot IS 'So many run at once: each holds one, whoever may see it';
COMMENT ON TABLE warning.shadow IS 'Proposals tried on live traffic, once each; nothing comes of what they say';

CREATE TABLE warning.shadow_memory (
    proposal_id bigint NOT NULL REFERENCES warning.shadow,
    subscription_id text NOT NULL REFERENCES warning.subscription,
    owner text NOT NULL,
    shape int NOT NULL,
    value jsonb NOT NULL,
    due_on date,
    PRIMARY KEY (proposal_id, subscription_id, owner));
COMMENT ON TABLE warning.shadow_memory IS 'What a rule remembers under a proposal; copied from the real memory once';
CREATE INDEX shadow_memory_due ON warning.shadow_memory (proposal_id, due_on) WHERE due_on IS NOT NULL;

CREATE TABLE warning.shadow_warning (
    proposal_id bigint NOT NULL REFERENCES warning.shadow,
    warning_id text NOT NULL,
    rule_id text NOT NULL,
    subscription_id text NOT NULL,
    region text NOT NULL,
    raised_at timestamptz NOT NULL,
    live_level int,
    live_population text,
    shadow_level int,
    shadow_population text,
    PRIMARY KEY (proposal_id, warning_id));
COMMENT ON TABLE warning.shadow_warning IS 'Warnings given, or under a proposal; a level is null where there was none';

GRANT SELECT, INSERT, UPDATE (ended_at, ended_why) ON warning.shadow TO warning_api;
GRANT SELECT ON warning.shadow_warning TO warning_api
"""
DOWN = """
DROP TABLE warning.shadow_warning;
DROP TABLE warning.shadow_memory;
DROP TRIGGER shadow_ends ON warning.policy_proposal;
DROP FUNCTION warning.shadow_ends;
DROP TABLE warning.shadow
"""
ENDS = """
CREATE FUNCTION warning.shadow_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE warning.shadow SET ended_at = clock_timestamp(), ended_why = 'the proposal was ' || NEW.state
    WHERE proposal_id = NEW.proposal_id AND ended_at IS NULL;
    RETURN NULL;
END $$

CREATE TRIGGER shadow_ends AFTER UPDATE OF state ON warning.policy_proposal
FOR EACH ROW WHEN (NEW.state <> 'proposed') EXECUTE FUNCTION warning.shadow_ends()
"""
"""Whoever decides a proposal ends its shadow, as themselves: consumers know nothing of proposals."""
SEEN = "region::ltree <@ nullif(current_setting('app.region', true), '')::ltree"
SHOWN = "EXISTS (SELECT FROM warning.policy_proposal AS p WHERE p.proposal_id = shadow.proposal_id)"
REGION = "current_setting('app.region', true) || '.'"
PROPOSER = (
    "current_setting('app.role', true) IN ('province_admin', 'city_admin', 'county_supervisor') AND CASE scope"
    f" WHEN '' THEN current_setting('app.role', true) = 'province_admin' AND {REGION} NOT LIKE '%.%.'"
    f" ELSE starts_with(scope || '.', {REGION}) END"
)
RIGHTS = f"""
ALTER TABLE warning.shadow ENABLE ROW LEVEL SECURITY;
ALTER TABLE warning.shadow FORCE ROW LEVEL SECURITY;
CREATE POLICY stream ON warning.shadow TO warning_stream USING (true) WITH CHECK (true);
CREATE POLICY readers ON warning.shadow FOR SELECT TO warning_api USING ({SHOWN});
CREATE POLICY proposers ON warning.shadow FOR INSERT TO warning_api
    WITH CHECK ({PROPOSER} AND started_by = current_setting('app.staff', true));
CREATE POLICY enders ON warning.shadow FOR UPDATE TO warning_api USING ({PROPOSER})
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))
    run(split(RIGHTS))
    run(split(ENDS))
    run(plumbing.row_security("warning", "shadow_warning", SEEN))


def downgrade() -> None:
    """Take back; what was tried in shadow is forgotten."""
    run(split(DOWN))
