"""Rules that analysts write: each version of a rule fails for itself, and usage days tell calls and messages apart."""

from shared.db.script import run, split

revision = "warning_0010"
down_revision = "warning_0009"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE warning.rule_trouble DROP CONSTRAINT rule_trouble_pkey;
ALTER TABLE warning.rule_trouble ADD PRIMARY KEY (rule_id, rule_version);

ALTER TABLE warning.usage_day
    ADD COLUMN calls int NOT NULL DEFAULT 0,
    ADD COLUMN seconds int NOT NULL DEFAULT 0,
    ADD COLUMN messages int NOT NULL DEFAULT 0;
COMMENT ON COLUMN warning.usage_day.contacts IS 'Calls and messages, in and out';
COMMENT ON TABLE warning.memory IS
    'What each rule remembers of each subscription; owner "profile" is the bills, "journal" the last facts of each kind'
"""
DOWN = """
ALTER TABLE warning.usage_day DROP COLUMN calls, DROP COLUMN seconds, DROP COLUMN messages;
COMMENT ON COLUMN warning.usage_day.contacts IS NULL;
COMMENT ON TABLE warning.memory IS 'What each rule remembers of each subscription; owner "profile" is the bills';
DELETE FROM warning.memory WHERE owner = 'journal';

DELETE FROM warning.rule_trouble AS older USING warning.rule_trouble AS newer
    WHERE newer.rule_id = older.rule_id AND newer.rule_version > older.rule_version;
ALTER TABLE warning.rule_trouble DROP CONSTRAINT rule_trouble_pkey;
ALTER TABLE warning.rule_trouble ADD PRIMARY KEY (rule_id)
"""


def upgrade() -> None:
    """Apply."""
    run(split(UP))


def downgrade() -> None:
    """Take back; the journals begin anew after the next upgrade."""
    run(split(DOWN))
