"""What the warning service remembers: holders, memories, warnings, the sieve's checkpoints."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "warning_0001"
down_revision = None
branch_labels = ("warning",)
depends_on = None

UP = """
CREATE TABLE customer (
    customer_id text PRIMARY KEY,
    stars int NOT NULL,
    important text,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE customer IS 'What decides whether a customer is of the target population, as the CRM told it last';

CREATE TABLE subscription (
    subscription_id text PRIMARY KEY,
    msisdn text NOT NULL,
    customer_id text NOT NULL,
    region text NOT NULL,
    brand text NOT NULL,
    package text NOT NULL,
    activated_at timestamptz NOT NULL,
    ended_at timestamptz,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE subscription IS 'Periods in which a customer held a number; the row is the lock of its memories';
CREATE INDEX subscription_msisdn ON subscription (msisdn);

CREATE TABLE memory (
    subscription_id text NOT NULL REFERENCES subscription,
    owner text NOT NULL,
    shape int NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (subscription_id, owner));
COMMENT ON TABLE memory IS 'What each rule remembers of each subscription; owner "profile" is the bills';

CREATE TABLE ported_number (
    msisdn text PRIMARY KEY,
    operator text NOT NULL,
    since timestamptz NOT NULL);
COMMENT ON TABLE ported_number IS 'Numbers served by another operator than their prefix says';

CREATE TABLE warning (
    warning_id text PRIMARY KEY,
    rule_id text NOT NULL,
    subscription_id text NOT NULL,
    customer_id text NOT NULL,
    region text NOT NULL,
    raised_at timestamptz NOT NULL,
    level int NOT NULL,
    population text,
    facts jsonb NOT NULL);
COMMENT ON TABLE warning IS 'Every warning with all that was known then; population is null where it was noted only';
CREATE INDEX warning_raised ON warning (raised_at);

CREATE TABLE sieve_checkpoint (
    cluster text NOT NULL,
    partition int NOT NULL,
    epoch bigint NOT NULL,
    next_offset bigint NOT NULL,
    closed_through int NOT NULL,
    watermark_s double precision NOT NULL,
    shape int NOT NULL,
    sequence bigint NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cluster, partition));
COMMENT ON TABLE sieve_checkpoint IS 'Where the sieve begins again; a higher epoch fences the owner before';

CREATE TABLE sieve_segment (
    cluster text NOT NULL,
    partition int NOT NULL,
    sequence bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('tally', 'seen')),
    day int NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (cluster, partition, sequence));
COMMENT ON TABLE sieve_segment IS 'The open days'' tallies and ids seen, in pieces to be added up'
"""


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("warning"))
    run(split(UP))


def downgrade() -> None:
    """Take back."""
    run(plumbing.emptied("warning"))
