"""Runs one schema's migrations on the connection that `shared.db.migrate` hands over."""

from alembic import context

connection = context.config.attributes["connection"]
schema = context.config.attributes["schema"]

context.configure(connection=connection, version_table="schema_version", version_table_schema=schema)
with context.begin_transaction():
    connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
    context.run_migrations()
