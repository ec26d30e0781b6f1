"""Counters by month, county and person; what measures remember; views as analysts read them."""

from shared.db import plumbing
from shared.db.script import run, split

revision = "kpi_0001"
down_revision = None
branch_labels = ("kpi",)
depends_on = None

UP = """
CREATE TABLE counter (
    measure text NOT NULL,
    month text NOT NULL,
    region ltree NOT NULL,
    staff_id text NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (measure, month, region, staff_id));
COMMENT ON TABLE counter IS 'Each measure by month, county and person; kept as facts arrive, equal to a recount';
CREATE INDEX counter_region ON counter USING gist (region);

CREATE TABLE memory (
    customer_id text PRIMARY KEY,
    shape int NOT NULL,
    value jsonb NOT NULL,
    due_on date);
COMMENT ON TABLE memory IS 'What measures remember of each customer, and the day they wait for';
CREATE INDEX memory_due ON memory (due_on) WHERE due_on IS NOT NULL;

CREATE TABLE region (
    path ltree PRIMARY KEY,
    name_zh text NOT NULL,
    name_en text NOT NULL);
COMMENT ON TABLE region IS 'Names of provinces, cities and counties';

CREATE TABLE staff (
    staff_id text PRIMARY KEY,
    name text NOT NULL,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE staff IS 'Names of those who answer for cells';

CREATE TABLE subscription (
    subscription_id text PRIMARY KEY,
    customer_id text NOT NULL,
    region ltree NOT NULL,
    activated_at timestamptz NOT NULL,
    ended_at timestamptz,
    recorded_at timestamptz NOT NULL);
COMMENT ON TABLE subscription IS 'Who is on net, for rates of the base';

CREATE VIEW monthly AS
SELECT month, region, staff_id,
    coalesce(sum(value) FILTER (WHERE measure = 'warned_customers'), 0)::bigint AS warned_customers,
    coalesce(sum(value) FILTER (WHERE measure = 'warned'), 0)::bigint AS warned,
    coalesce(sum(value) FILTER (WHERE measure = 'held_out'), 0)::bigint AS held_out,
    coalesce(sum(value) FILTER (WHERE measure = 'contacts'), 0)::bigint AS contacts,
    coalesce(sum(value) FILTER (WHERE measure = 'worked'), 0)::bigint AS worked,
    coalesce(sum(value) FILTER (WHERE measure = 'retained'), 0)::bigint AS retained,
    coalesce(sum(value) FILTER (WHERE measure = 'saved'), 0)::bigint AS saved
FROM counter GROUP BY month, region, staff_id;
COMMENT ON VIEW monthly IS 'K1 as counted: one row a month, county and person; rates are quotients of sums over rows';

CREATE VIEW monthly_by_city AS
SELECT month, subpath(region, 0, 2) AS region, sum(warned_customers)::bigint AS warned_customers,
    sum(warned)::bigint AS warned, sum(held_out)::bigint AS held_out, sum(worked)::bigint AS worked,
    sum(retained)::bigint AS retained, sum(saved)::bigint AS saved,
    round(sum(retained) / nullif(sum(worked), 0), 4) AS claimed_rate,
    round(sum(saved) / nullif(sum(warned) - sum(held_out), 0), 4) AS success_rate
FROM monthly GROUP BY 1, 2;
COMMENT ON VIEW monthly_by_city IS 'K1 by city';

CREATE VIEW monthly_by_county AS
SELECT month, region, sum(warned_customers)::bigint AS warned_customers,
    sum(warned)::bigint AS warned, sum(held_out)::bigint AS held_out, sum(worked)::bigint AS worked,
    sum(retained)::bigint AS retained, sum(saved)::bigint AS saved,
    round(sum(retained) / nullif(sum(worked), 0), 4) AS claimed_rate,
    round(sum(saved) / nullif(sum(warned) - sum(held_out), 0), 4) AS success_rate,
    round(sum(warned_customers) / nullif((SELECT count(DISTINCT customer_id) FROM subscription AS s
        WHERE s.region = m.region AND to_char(s.activated_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') <= m.month
        AND (s.ended_at IS NULL OR to_char(s.ended_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') >= m.month)), 0), 4)
        AS warning_rate
FROM monthly AS m GROUP BY month, region;
COMMENT ON VIEW monthly_by_county IS 'K1 by county; the warning rate is of customers on net in the month';

CREATE VIEW monthly_by_staff AS
SELECT month, region, staff_id, (SELECT name FROM staff WHERE staff.staff_id = monthly.staff_id) AS name,
    warned, held_out, worked, retained, saved,
    round(retained::numeric / nullif(worked, 0), 4) AS claimed_rate,
    round(saved::numeric / nullif(warned - held_out, 0), 4) AS success_rate
FROM monthly;
COMMENT ON VIEW monthly_by_staff IS 'K1 by customer manager and phone manager; an empty id is the county''s queue';
GRANT SELECT ON counter, region, staff, subscription, monthly TO kpi_api;
ALTER VIEW monthly SET (security_invoker = true);
ALTER VIEW monthly_by_city SET (security_invoker = true);
ALTER VIEW monthly_by_county SET (security_invoker = true);
ALTER VIEW monthly_by_staff SET (security_invoker = true);
GRANT SELECT ON monthly_by_city, monthly_by_county, monthly_by_staff TO kpi_api
"""

SEEN_BY_PEOPLE = {
    "counter": "region <@ nullif(current_setting('app.region', true), '')::ltree",
    "subscription": "region <@ nullif(current_setting('app.region', true), '')::ltree",
    "staff": "EXISTS (SELECT FROM counter AS c WHERE c.staff_id = staff.staff_id)",
}


def upgrade() -> None:
    """Apply."""
    run(plumbing.statements("kpi"))
    run(split(UP))
    for table, seen in SEEN_BY_PEOPLE.items():
        run(plumbing.row_security("kpi", table, seen))


def downgrade() -> None:
    """Take back."""
    run(plumbing.emptied("kpi"))
