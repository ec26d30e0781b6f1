"""The tables that every service has, written once and made in each schema: offsets, inbox, outbox, dead letters ...

A service's first migration runs these statements; a later change of this shape is a new function beside this one.
"""

from collections.abc import Iterator

from shared.db.script import split

SHARDS = 16
"""The outbox is cut into so many shards by key; each is published by one relay at a time, in order."""

TABLES = """
CREATE TABLE consumer_offset (
    cluster text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    advanced_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cluster, topic, partition));
COMMENT ON TABLE consumer_offset IS 'The offset to be decided next; Kafka''s own is a hint';

CREATE TABLE offset_gap (
    cluster text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    expected bigint NOT NULL,
    found bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('control_record', 'retention_loss')),
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cluster, topic, partition, expected));
COMMENT ON TABLE offset_gap IS 'Jumps in a log that the broker itself confirmed';

CREATE TABLE inbox (
    topic text NOT NULL,
    event_id text NOT NULL,
    arrival bigint GENERATED ALWAYS AS IDENTITY,
    partition int NOT NULL,
    log_offset bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    arrived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, event_id));
COMMENT ON TABLE inbox IS 'Every event decided here, once, in the order of decision';
CREATE INDEX inbox_arrived ON inbox USING brin (arrived_at);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard smallint NOT NULL,
    topic text NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE outbox IS 'Events said in a committed transaction and not yet published; a relay deletes them';

CREATE TABLE dead_letter (
    id text PRIMARY KEY,
    cluster text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    log_offset bigint NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    attempt int NOT NULL DEFAULT 1,
    sealed text NOT NULL,
    state text NOT NULL DEFAULT 'buried' CHECK (state IN ('buried', 'replayed')),
    buried_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE dead_letter IS 'Records that could not be used, with the reason; their bytes are encrypted';

CREATE TABLE answer (
    principal text NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint text NOT NULL,
    status int NOT NULL,
    body jsonb NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (principal, idempotency_key));
COMMENT ON TABLE answer IS 'What was answered to a write with an Idempotency-Key, to be answered again';

CREATE TABLE policy (
    version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    scope text NOT NULL DEFAULT '',
    effective_from timestamptz NOT NULL,
    fields jsonb NOT NULL,
    set_by text NOT NULL,
    why text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT clock_timestamp());
COMMENT ON TABLE policy IS 'What the business wants, from when and where; rows never change';

CREATE TABLE waiting_fact (
    topic text NOT NULL,
    event_id text NOT NULL,
    waits_for text NOT NULL,
    occurred_at timestamptz NOT NULL,
    event jsonb NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, event_id));
COMMENT ON TABLE waiting_fact IS 'Facts that came before what they need was told; decided when it is';
CREATE INDEX waiting_fact_name ON waiting_fact (waits_for);

CREATE TABLE due_day (
    day date PRIMARY KEY,
    swept_at timestamptz);
COMMENT ON TABLE due_day IS 'Calendar days that passed; swept_at is null until all that was due on them is done';

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_business timestamptz NOT NULL DEFAULT business_now(),
    at_system timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}');
COMMENT ON TABLE audit IS 'What a person did; rows are only added'
"""


def statements(schema: str) -> Iterator[str]:
    """Yield the statements that make `schema`, its two roles and its common tables.

    `<schema>_stream` decides events and may do everything with rows; `<schema>_api` serves people and gets its rights
    table by table. Neither owns a table, so row-level security binds both.
    """
    yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for role in (f"{schema}_stream", f"{schema}_api"):
        yield from _role(schema, role)
    yield f"SET LOCAL search_path TO {schema}, platform, public"
    yield from split(TABLES)
    rights = "SELECT, INSERT, UPDATE, DELETE"
    yield f"GRANT {rights} ON ALL TABLES IN SCHEMA {schema} TO {schema}_stream"
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON TABLES TO {schema}_stream"
    yield f"GRANT INSERT ON {schema}.answer, {schema}.outbox, {schema}.audit TO {schema}_api"
    yield f"GRANT SELECT ON {schema}.answer, {schema}.policy TO {schema}_api"
    yield f"REVOKE UPDATE, DELETE ON {schema}.audit, {schema}.policy FROM {schema}_stream"
    yield from row_security(schema, "answer", "principal = current_setting('app.staff', true)")


PROPOSALS = """
CREATE TABLE policy_proposal (
    proposal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    scope text NOT NULL,
    fields jsonb NOT NULL,
    unset text[] NOT NULL,
    effective_from timestamptz,
    why text NOT NULL CHECK (why <> ''),
    proposed_by text NOT NULL,
    proposed_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    decided_why text,
    version bigint UNIQUE REFERENCES policy,
    undoes bigint REFERENCES policy,
    CHECK ((state = 'proposed') = (decided_by IS NULL)),
    CHECK ((state = 'approved') = (version IS NOT NULL)),
    CONSTRAINT four_eyes CHECK (state <> 'approved' OR undoes IS NOT NULL OR decided_by <> proposed_by));
COMMENT ON TABLE policy_proposal IS 'Changes of policy that were asked for, and what became of them'
"""

DECIDED = "state, decided_by, decided_at, decided_why, version"
"""What a decision writes into a proposal; the rest of it never changes."""


def policy_changes(schema: str) -> Iterator[str]:
    """Yield the statements by which people propose and approve policy in `schema`; consumers only read it."""
    role, region = "current_setting('app.role', true)", "current_setting('app.region', true) || '.'"
    theirs = (
        f"CASE scope WHEN '' THEN {role} = 'province_admin' AND {region} NOT LIKE '%.%.'"
        f" ELSE starts_with(scope || '.', {region}) END"
    )
    reaches = f"(scope = '' OR starts_with(scope || '.', {region}) OR starts_with({region}, scope || '.'))"
    seen = f"{role} IN ('province_admin', 'city_admin', 'county_supervisor', 'auditor', 'ops') AND {reaches}"
    approver = f"{role} IN ('province_admin', 'city_admin') AND {theirs}"
    yield f"SET LOCAL search_path TO {schema}, platform, public"
    yield from split(PROPOSALS)
    yield f"REVOKE INSERT ON policy FROM {schema}_stream"
    yield f"REVOKE ALL ON policy_proposal FROM {schema}_stream"
    yield f"GRANT INSERT ON policy TO {schema}_api"
    yield f"GRANT SELECT, INSERT, UPDATE ({DECIDED}) ON policy_proposal TO {schema}_api"
    for table in ("policy", "policy_proposal"):
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY readers ON {table} FOR SELECT TO {schema}_api USING ({seen})"
    staff = "current_setting('app.staff', true)"
    yield f"CREATE POLICY stream ON policy FOR SELECT TO {schema}_stream USING (true)"
    yield f"CREATE POLICY approvers ON policy FOR INSERT TO {schema}_api WITH CHECK (set_by = {staff} AND {approver})"
    yield from _proposers(schema, theirs, approver)


def _proposers(schema: str, theirs: str, approver: str) -> Iterator[str]:
    """Yield who writes proposals: their own, open or as a rolling back; and who decides them, once."""
    role, staff = "current_setting('app.role', true)", "current_setting('app.staff', true)"
    proposer = f"{role} IN ('province_admin', 'city_admin', 'county_supervisor') AND {theirs}"
    begun = f"proposed_by = {staff} AND {proposer} AND (state = 'proposed' OR undoes IS NOT NULL AND {approver})"
    settled = f"decided_by = {staff} AND (state = 'rejected' AND proposed_by = {staff} OR {approver})"
    yield f"CREATE POLICY proposers ON policy_proposal FOR INSERT TO {schema}_api WITH CHECK ({begun})"
    yield (
        f"CREATE POLICY approvers ON policy_proposal FOR UPDATE TO {schema}_api"
        f" USING (state = 'proposed' AND {proposer}) WITH CHECK ({settled})"
    )


def policy_changes_undone(schema: str) -> Iterator[str]:
    """Yield the statements that take `policy_changes` back; the versions that were approved stay."""
    yield f"DROP TABLE {schema}.policy_proposal"
    for policy in ("readers", "stream", "approvers"):
        yield f"DROP POLICY {policy} ON {schema}.policy"
    yield f"ALTER TABLE {schema}.policy NO FORCE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {schema}.policy DISABLE ROW LEVEL SECURITY"
    yield f"REVOKE INSERT ON {schema}.policy FROM {schema}_api"
    yield f"GRANT INSERT ON {schema}.policy TO {schema}_stream"


def emptied(schema: str) -> Iterator[str]:
    """Yield the statements that take all of `schema` away but Alembic's own table, in which it writes once more."""
    yield f"ALTER TABLE {schema}.schema_version SET SCHEMA public"
    yield f"DROP SCHEMA {schema} CASCADE"
    yield f"CREATE SCHEMA {schema}"
    yield f"ALTER TABLE public.schema_version SET SCHEMA {schema}"


def row_security(schema: str, table: str, seen: str) -> Iterator[str]:
    """Yield the statements by which people see and write those rows of `table` for which `seen` holds.

    The settings `app.staff`, `app.role` and `app.region` tell who asks; without them nothing is seen.
    """
    yield f"ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {schema}.{table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY stream ON {schema}.{table} TO {schema}_stream USING (true) WITH CHECK (true)"
    yield f"CREATE POLICY people ON {schema}.{table} TO {schema}_api USING ({seen}) WITH CHECK ({seen})"


def _role(schema: str, role: str) -> Iterator[str]:
    # Roles belong to the whole server, so another database may have made this one already.
    yield f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    yield f"GRANT USAGE ON SCHEMA {schema}, platform TO {role}"
