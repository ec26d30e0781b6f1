"""Migrations in plain SQL: a statement ends with a semicolon at a line's end, a function stands between blank lines."""

from collections.abc import Iterable, Iterator

from alembic import op


def run(statements: Iterable[str]) -> None:
    """Execute `statements` on the migration's connection, one by one."""
    connection = op.get_bind()
    for statement in statements:
        connection.exec_driver_sql(statement)


def split(script: str) -> Iterator[str]:
    """Yield the statements of `script`. A block that holds `$$` is one statement: a function's body has semicolons."""
    for block in script.strip().split("\n\n"):
        parts = [block] if "$$" in block else block.split(";\n")
        yield from (part.strip().rstrip(";") for part in parts if part.strip())
