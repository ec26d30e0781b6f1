"""Every generated page, by its name below docs/."""

from pathlib import Path
from typing import Any

import msgspec
import yaml

from docs.reference import analysts, policies, rules, settings, topics
from docs.reference.asyncapi import document
from docs.reference.schemas import schema
from shared.catalogue import topics as all_topics

DOCS = Path(__file__).resolve().parents[1]


def pages() -> dict[str, str]:
    """Return the content of each page as it should be."""
    listed = all_topics()
    return {
        "topics.md": topics.page(listed),
        "rules.md": rules.page(),
        "analysts.md": analysts.page(),
        "policies.md": policies.page(),
        "settings.md": settings.page(),
        "asyncapi.yaml": _yaml(document(listed)),
        **{f"schemas/{name}.json": _json(schema(topic)) for name, topic in listed.items()},
    }


def stale() -> set[str]:
    """Return the names of schemas that stand there and belong to no topic any more."""
    return {f"schemas/{path.name}" for path in (DOCS / "schemas").glob("*")} - pages().keys()


def _json(content: object) -> str:
    return msgspec.json.format(msgspec.json.encode(content)).decode() + "\n"


def _yaml(content: Any) -> str:
    plain = msgspec.to_builtins(content)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)
