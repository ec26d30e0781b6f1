"""Customers as the card shows them, warnings, work items, contacts, people; row-level security on what people see."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "dispatch_0001"
down_revision = None
branch_labels = ("dispatch",)
depends_on = None

UP = """
CREATE TABLE region (
    adcode text PRIMARY KEY,
    path ltree NOT NULL UNIQUE,
    name_zh text NOT NULL,
    name_en text NOT NULL);
COMMENT ON TABLE region IS 'The operator''s tree of provinces, cities and counties';

CREATE TABLE staff (
    staff_id text PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL,
    region ltree NOT NULL,
    team text,
    active boolean NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE staff IS 'People who work items or supervise';
CREATE INDEX staff_region ON staff USING gist (region);

CREATE TABLE customer (
    customer_id text PRIMARY KEY,
    name text NOT NULL,
    sex text NOT NULL,
    birth_month text,
    important text,
    stars int NOT NULL,
    member_level text,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE customer IS 'Owners as the card shows them';

CREATE TABLE arm (
    customer_id text PRIMARY KEY,
    drawn boolean NOT NULL,
    held_out boolean NOT NULL,
    drawn_at timestamptz NOT NULL DEFAULT business_now());
COMMENT ON TABLE arm IS 'Whether a customer is held out for good; nobody who calls may read it';

CREATE TABLE subscription (
    subscription_id text PRIMARY KEY,
    msisdn text NOT NULL,
    customer_id text NOT NULL,
    region ltree NOT NULL,
    brand text NOT NULL,
    package text NOT NULL,
    activated_at timestamptz NOT NULL,
    ended_at timestamptz,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE subscription IS 'Numbers and the periods in which customers hold them';
CREATE INDEX subscription_msisdn ON subscription (msisdn);
CREATE INDEX subscription_customer ON subscription (customer_id);

CREATE TABLE number (
    msisdn text PRIMARY KEY,
    applied_at timestamptz,
    released_at timestamptz,
    arrears_fen bigint,
    arrears_at timestamptz);
COMMENT ON TABLE number IS 'Each number''s last application to port and its arrears; the row is the lock for both';

CREATE TABLE bill (
    msisdn text NOT NULL,
    month text NOT NULL,
    version int NOT NULL,
    amount_fen bigint NOT NULL,
    lines jsonb NOT NULL,
    issued_at timestamptz NOT NULL,
    PRIMARY KEY (msisdn, month));
COMMENT ON TABLE bill IS 'Bills by number and month, for the card';

CREATE TABLE warning (
    warning_id text PRIMARY KEY,
    customer_id text NOT NULL,
    subscription_id text NOT NULL,
    msisdn text NOT NULL,
    rule_id text NOT NULL,
    level int NOT NULL,
    region ltree NOT NULL,
    raised_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'worked', 'held_out', 'gated', 'capped', 'capacity', 'stale',
        'cleared', 'duplicate')),
    work_item_id text,
    staff_id text,
    facts jsonb NOT NULL);
COMMENT ON TABLE warning IS 'Each warning in exactly one state';
CREATE INDEX warning_customer ON warning (customer_id, raised_at);
CREATE INDEX warning_item ON warning (work_item_id);

CREATE TABLE clearing (
    subscription_id text NOT NULL,
    rule_id text NOT NULL,
    customer_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (subscription_id, rule_id));
COMMENT ON TABLE clearing IS 'When each rule''s reason was last gone; it may be told before the warning it clears';
CREATE INDEX clearing_customer ON clearing (customer_id);

CREATE TABLE work_item (
    work_item_id text PRIMARY KEY,
    customer_id text NOT NULL,
    subscription_id text NOT NULL,
    msisdn text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'worked', 'gated', 'cleared', 'capacity')),
    tier text NOT NULL CHECK (tier IN ('customer_manager', 'phone_manager')),
    priority bigint NOT NULL,
    home_region ltree NOT NULL,
    offered_region ltree NOT NULL,
    assigned_to text,
    opened_at timestamptz NOT NULL,
    revision int NOT NULL,
    due_at timestamptz NOT NULL,
    not_before timestamptz,
    attempts int NOT NULL DEFAULT 0,
    leased_by text,
    lease_until timestamptz,
    lease_token bigint NOT NULL DEFAULT 0);
COMMENT ON TABLE work_item IS 'Somebody is to call; lease_until is system time, due_at and not_before business time';
CREATE UNIQUE INDEX work_item_one_open ON work_item (customer_id) WHERE state = 'open';
CREATE INDEX work_item_queue ON work_item (tier, priority DESC, opened_at, work_item_id) WHERE state = 'open';
CREATE INDEX work_item_due ON work_item (due_at) WHERE state = 'open';
CREATE INDEX work_item_leased ON work_item (leased_by) WHERE state = 'open';

CREATE TABLE contact (
    contact_id text PRIMARY KEY,
    work_item_id text NOT NULL REFERENCES work_item,
    customer_id text NOT NULL,
    staff_id text NOT NULL,
    contacted_at timestamptz NOT NULL,
    reached boolean NOT NULL,
    outcome text,
    judged_reason text,
    means text[] NOT NULL,
    offers text[] NOT NULL,
    next_step text,
    next_on date);
COMMENT ON TABLE contact IS 'What came of each call or visit';
CREATE INDEX contact_customer ON contact (customer_id, contacted_at);

CREATE TABLE queue_event (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL CHECK (kind IN ('opened', 'changed', 'returned', 'closed')),
    work_item_id text NOT NULL,
    tier text NOT NULL,
    priority bigint NOT NULL,
    home_region ltree NOT NULL,
    offered_region ltree NOT NULL,
    assigned_to text,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE queue_event IS 'What happened to the queues, in order, for server-sent events';

GRANT SELECT ON region, customer, subscription, bill, number, warning, work_item, contact, queue_event, staff
    TO dispatch_api;
GRANT UPDATE (leased_by, lease_until, lease_token) ON work_item TO dispatch_api;
GRANT INSERT ON queue_event TO dispatch_api;
GRANT INSERT, UPDATE ON staff TO dispatch_api
"""


OF_AN_ITEM_SEEN = "EXISTS (SELECT FROM work_item AS w WHERE w.customer_id = {table}.customer_id)"
OF_A_NUMBER_SEEN = "EXISTS (SELECT FROM subscription AS s WHERE s.msisdn = {table}.msisdn)"
BY_QUEUE = "platform.sees(tier, home_region, offered_region, assigned_to)"
SEEN_BY_PEOPLE = {
    "work_item": BY_QUEUE,
    "queue_event": BY_QUEUE,
    "warning": OF_AN_ITEM_SEEN,
    "contact": OF_AN_ITEM_SEEN,
    "customer": OF_AN_ITEM_SEEN,
    "subscription": OF_AN_ITEM_SEEN,
    "bill": OF_A_NUMBER_SEEN,
    "number": OF_A_NUMBER_SEEN,
    "staff": "region <@ nullif(current_setting('app.region', true), '')::ltree",
}
"""Which rows a person sees; a table that is not here, the arms above all, no person sees."""


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("dispatch"))
    run(split(UP))
    for table, seen in SEEN_BY_PEOPLE.items():
        run(plumbing.row_security("dispatch", table, seen.format(table=table)))


def downgrade() -> None:
    """Take back."""
    run(plumbing.emptied("dispatch"))
