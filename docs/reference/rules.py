"""docs/rules.md: every warning rule, what it hears, and its limits."""

import json
from collections.abc import Iterator

from docs.reference.policies import fields_table
from docs.reference.tables import MADE, table
from docs.reference.tables import page as page_of
from docs.reference.words import module_of, said
from services.warning.domain.catalogue import OWN_KINDS, all_rules
from services.warning.domain.decide import AnyRule
from shared.catalogue import topic_of
from shared.topic import SubscriberEvent

INTRODUCTION = """\
# Warning rules

{made}

The rules stand in `services/warning/domain/rules/`, one file each; what a warning holds beside a rule's own evidence is
told in [topics.md](topics.md#warningraisedv1), what becomes of it in
[services/warning.md](services/warning.md).

A limit is a policy: `warning.<rule>` overrides single fields from a moment on, within a region
([policies.md](policies.md)). `actionable_hours` says how long after the fact a call is of any use; a warning that comes
to dispatch later is `stale`.
"""


def page() -> str:
    """Return the page."""
    return page_of([INTRODUCTION.format(made=MADE), *(line for rule in all_rules() for line in _rule(rule))])


def _rule(rule: AnyRule) -> Iterator[str]:
    yield f"## {rule.id}\n"
    yield f"{said(module_of(type(rule.fresh)))}\n"
    heard = ", ".join(sorted(map(_heard, rule.hears)))
    yield from table(("requirement", "version", "hears"), [[rule.requirement, str(rule.version), heard]])
    yield f"{said(rule.step)}\n"
    yield f"Remembers: {said(type(rule.fresh))}\n"
    yield from fields_table(rule.limits)
    yield from _example(rule)


def _example(rule: AnyRule) -> Iterator[str]:
    explanation_zh, explanation_en = rule.explain(rule.example)
    yield "For example:\n"
    yield f"> {explanation_zh}\n>\n> {explanation_en}\n"
    if rule.text:
        yield "Whom nobody calls is to be texted:\n"
        yield f"> {rule.text(rule.example)}\n"
    yield f"```json\n{json.dumps(rule.example, ensure_ascii=False)}\n```\n"


def _heard(kind: type[SubscriberEvent]) -> str:
    if kind in OWN_KINDS:
        return OWN_KINDS[kind]
    name = topic_of(kind).name
    return f"[{name}](topics.md#{name.replace('.', '')})"
