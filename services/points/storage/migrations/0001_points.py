"""Members, the ledger, redemptions."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "points_0001"
down_revision = None
branch_labels = ("points",)
depends_on = None

UP = """
CREATE TABLE member (
    customer_id text PRIMARY KEY,
    member_level text,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE member IS 'Customers and their level in the club; null: no member';

CREATE TABLE holding (
    subscription_id text PRIMARY KEY,
    msisdn text NOT NULL,
    customer_id text NOT NULL,
    region text NOT NULL,
    activated_at timestamptz NOT NULL,
    ended_at timestamptz,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE holding IS 'Who holds which number';
CREATE INDEX holding_msisdn ON holding (msisdn);
CREATE INDEX holding_customer ON holding (customer_id);

CREATE TABLE posting (
    posting_id text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('earned', 'reserved', 'redeemed', 'released')),
    customer_id text NOT NULL,
    cause_id text NOT NULL,
    points bigint NOT NULL CHECK (points > 0),
    posted_at timestamptz NOT NULL,
    arrival bigint GENERATED ALWAYS AS IDENTITY);
COMMENT ON TABLE posting IS 'Movements of points, each once; rows are only added';
CREATE INDEX posting_customer ON posting (customer_id);

CREATE TABLE entry (
    posting_id text NOT NULL REFERENCES posting,
    account text NOT NULL,
    points bigint NOT NULL CHECK (points <> 0),
    PRIMARY KEY (posting_id, account));
COMMENT ON TABLE entry IS 'The sides of each posting; they sum to zero';
CREATE INDEX entry_account ON entry (account);

CREATE TABLE balance (
    account text PRIMARY KEY,
    points bigint NOT NULL,
    CHECK (points >= 0 OR account LIKE 'house:%'));
COMMENT ON TABLE balance IS 'The sum of each account''s entries; no member''s is ever below zero';

CREATE TABLE redemption (
    redemption_id text PRIMARY KEY,
    customer_id text NOT NULL,
    msisdn text NOT NULL,
    points bigint NOT NULL,
    airtime_fen bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('reserved', 'redeemed', 'released')),
    asked_at timestamptz NOT NULL,
    settled_at timestamptz);
COMMENT ON TABLE redemption IS 'Points for airtime, until billing has answered and after';

REVOKE UPDATE, DELETE ON posting, entry FROM points_stream;
GRANT SELECT ON member, holding, posting, entry, balance, redemption TO points_api;
GRANT INSERT ON posting, entry, redemption TO points_api;
GRANT INSERT, UPDATE ON balance TO points_api
"""

BY_CHANNEL = "current_setting('app.role', true) = 'channel'"
SEEN_BY_PEOPLE = dict.fromkeys(("member", "holding", "posting", "entry", "balance", "redemption"), BY_CHANNEL)
"""Only the channels that serve members (web hall, SMS, partners) ask for points; reps see none of it."""


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("points"))
    run(split(UP))
    for table, seen in SEEN_BY_PEOPLE.items():
        run(plumbing.row_security("points", table, seen))


def downgrade() -> None:
    """Take back."""
    run(plumbing.emptied("points"))
