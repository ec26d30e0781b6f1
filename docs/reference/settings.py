"""docs/settings.md: every setting as an environment variable."""

from typing import Any

from pydantic import SecretStr

from docs.reference.tables import MADE, code, table
from docs.reference.tables import page as page_of
from docs.reference.words import fields
from shared.settings import Settings

INTRODUCTION = """\
# Settings

{made} They stand in `shared/settings.py`.

A setting says where things are and is an environment variable; what the business wants is a
[policy](policies.md). A process reads its settings once, at its start.
"""


def page() -> str:
    """Return the page."""
    prefix = Settings.model_config["env_prefix"]
    says = {field.name: field for field in fields(Settings)}
    rows = [
        [
            f"`{prefix}{name.upper()}`",
            says[name].kind,
            code(_plain(field.get_default(call_default_factory=True))),
            says[name].says,
        ]
        for name, field in Settings.model_fields.items()
    ]
    return page_of([INTRODUCTION.format(made=MADE), *table(("variable", "type", "default", "what it says"), rows)])


def _plain(default: Any) -> Any:
    return default.get_secret_value() if isinstance(default, SecretStr) else default
