"""Whom packages are for, the work items in which they may be offered, and the offers made."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "offers_0001"
down_revision = None
branch_labels = ("offers",)
depends_on = None

UP = """
CREATE TABLE warned (
    customer_id text PRIMARY KEY,
    subscription_id text NOT NULL,
    msisdn text NOT NULL,
    region ltree NOT NULL,
    package text NOT NULL,
    reasons text[] NOT NULL,
    arpu_fen bigint,
    important text,
    stars int NOT NULL,
    warned_at timestamptz NOT NULL);
COMMENT ON TABLE warned IS 'Customers as their latest warning told of them';

CREATE TABLE billed_month (
    msisdn text NOT NULL,
    month text NOT NULL,
    version int NOT NULL,
    amount_fen bigint NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (msisdn, month));
COMMENT ON TABLE billed_month IS 'Bills and the usage behind them, to be priced again';

CREATE TABLE work_item (
    work_item_id text PRIMARY KEY,
    customer_id text NOT NULL,
    revision int NOT NULL,
    tier text NOT NULL,
    home_region ltree NOT NULL,
    offered_region ltree NOT NULL,
    assigned_to text,
    closed boolean NOT NULL DEFAULT false);
COMMENT ON TABLE work_item IS 'Items as dispatch told of them: offers are made within an open one only';
CREATE INDEX work_item_customer ON work_item (customer_id);

CREATE TABLE offer (
    offer_id text PRIMARY KEY,
    customer_id text NOT NULL,
    subscription_id text NOT NULL,
    msisdn text NOT NULL,
    region ltree NOT NULL,
    work_item_id text NOT NULL REFERENCES work_item,
    staff_id text NOT NULL,
    mechanism text NOT NULL,
    package_id text NOT NULL,
    terms jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('issued', 'accepted', 'declined', 'fulfilled', 'refused')),
    request_id text NOT NULL UNIQUE,
    changed_at timestamptz NOT NULL);
COMMENT ON TABLE offer IS 'Offers made, each in its state';
CREATE UNIQUE INDEX offer_one_alive ON offer (subscription_id, mechanism) WHERE state IN ('issued', 'accepted');
CREATE INDEX offer_customer ON offer (customer_id);
GRANT SELECT ON warned, billed_month, work_item, offer TO offers_api;
GRANT INSERT, UPDATE ON offer TO offers_api
"""

OF_AN_ITEM_SEEN = "EXISTS (SELECT FROM work_item AS w WHERE w.customer_id = {table}.customer_id)"
SEEN_BY_PEOPLE = {
    "work_item": "platform.sees(tier, home_region, offered_region, assigned_to)",
    "warned": OF_AN_ITEM_SEEN,
    "offer": OF_AN_ITEM_SEEN,
    "billed_month": "EXISTS (SELECT FROM warned AS w WHERE w.msisdn = {table}.msisdn)",
}


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("offers"))
    run(split(UP))
    for table, seen in SEEN_BY_PEOPLE.items():
        run(plumbing.row_security("offers", table, seen.format(table=table)))


def downgrade() -> None:
    """Take back."""
    run(plumbing.emptied("offers"))
