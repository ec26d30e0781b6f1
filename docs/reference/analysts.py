"""docs/analysts.md: how an analyst writes a rule, with an example to be copied, and every feature that one may ask."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from docs.reference.policies import fields_table
from docs.reference.tables import MADE, table
from docs.reference.tables import page as page_of
from docs.reference.words import fields, said
from services.warning.domain.analyst.condition import LENGTH_MAX
from services.warning.domain.analyst.definition import EXAMPLES_MAX, PREFIX, RULES_MAX, AnalystRule
from services.warning.domain.analyst.features import all_features, all_groups
from services.warning.domain.analyst.grammar import DEPTH_MAX
from services.warning.domain.analyst.journal import KEPT
from services.warning.domain.analyst.rehearsal import ENOUGH, LAST_MONTH
from shared.topic import SubscriberEvent

NAME = f"{PREFIX}loyal_bill_fall"
EXAMPLE: dict[str, Any] = {
    "title": "老客户话费下降且有投诉未解决",
    "when": "bill.fall_share >= 0.3 && customer.tenure_days >= 730 && complaint.unsettled_90d > 0",
    "level": 2,
    "cooldown_days": 60,
    "explain_zh": "在网{customer.tenure_days}天，话费降至{bill.amount_fen:yuan}元，此前投诉未解决",
    "explain_en": "With us for {customer.tenure_days} days; the bill fell by {bill.fall_share:percent} (complaint)",
    "reasons": {"service_dissatisfaction": 3},
    "examples": [
        {
            "features": {"bill.fall_share": 0.3, "customer.tenure_days": 730, "complaint.unsettled_90d": 1},
            "fires": True,
        },
        {
            "features": {"bill.fall_share": 0.3, "customer.tenure_days": 730, "complaint.unsettled_90d": 0},
            "fires": False,
        },
    ],
}
SLIPS = (
    {"when": EXAMPLE["when"].replace("unsettled_90d", "unsetled")},
    {"when": EXAMPLE["when"].replace("0.3", "'30%'")},
    {"when": EXAMPLE["when"].replace("bill.fall_share", "bill.fall_share * 100")},
    {"when": EXAMPLE["when"].replace("> 0", "> 1")},
    {"explain_en": "The bill fell by {bill.fall}"},
)
INTRODUCTION = """\
# Rules that analysts write

{made}

An analyst writes a warning rule as policy, without code and without a release: a condition over the features below, a
level, a sentence in Chinese and one in English, and test cases. It takes the road of every policy
([operations.md](operations.md#policy)): checked when it is proposed, approved by another person, known to every process
within five seconds, taken back by one. Each rule is a policy of its own, `{prefix}<name>`, so two analysts do
not undo each other's work; a narrower region may set single fields otherwise. Its warnings carry `rule_id`
`{rule}`, the version, the condition's text and each value that it asked. Why so:
[0019](decisions/0019-analysts-rules-are-policy.md).

## Write, propose, read the refusal, approve

Put the rule into `rule.json`:

```json
{example}
```

With the demo up ([operations.md](operations.md#policy) tells who may do what):

```console
$ ./keepline policy propose {name} --as province-admin --scope 150000 --file rule.json --why "seen in May's leavers"
$ ./keepline policy proposals --as province-deputy
$ ./keepline policy diff warning-1 --as province-deputy
$ ./keepline policy approve warning-1 --as province-deputy
$ ./keepline policy rollback {name} 1 --as province-deputy --why "the queue overflows"
```

What is wrong with a proposal is told by field, over HTTP in `errors` of the 422; nothing is kept of it. Slips of the
example above, and what is answered:
"""
CHECKS = """\
Then the rule is asked about last month: at each fact of the last {days} days that is still remembered, over a sample of
the scope's subscriptions. `diff` shows the counts to whoever is to approve: facts, how often the condition held, how
often something was not known, and of how many subscriptions it would have warned. A rule that was always true, or
never, or could not be evaluated is refused; for one that is meant to be rare say `"rare": true` (on a small demo most
are). With fewer than {enough} facts nothing is called always or never. It is a first look at what is remembered. What
the rule would have said of the archived past, or says beside the live rules, tell these, before anybody approves:

```console
$ ./keepline backtest --policy changes.json --from 2026-01-01 --to 2026-03-01
$ ./keepline policy shadow warning-1 --as province-admin
$ ./keepline policy shadow-report warning-1 --as province-deputy
```

`changes.json` is a list of `{{"name": "{name}", "fields": {{...}}}}`, the fields as in `rule.json`
([operations.md](operations.md#tried-first)).

## The fields of a rule
"""
LANGUAGE = """\
To have a rule rest, set `when` to nothing. At most {rules} rules, {examples} test cases each. A rule whose condition
fails on three facts (it divides by zero) is put aside alone, with an alarm; a newer version of it takes what it missed.

## Conditions

Conditions are [CEL](https://cel.dev), a part of it: features, numbers (`12`, `1.5`), texts (`'voluntary'`), `true` and
`false`; `&&` `||` `!`; `<` `<=` `>` `>=` `==` `!=`; `in ['a', 'b']`; `+` `-` `*` `/` `%`; `a ? b : c`; `has(feature)`;
`double(x)`, `int(x)`; `startsWith`, `endsWith` and `contains` of texts (`customer.brand.startsWith('tian')`). There are
no loops, maps or calls of anything else; at most {length} characters, and {depth} brackets within each other.

* *Int and double* compare freely (`bill.fall_share > 0`, `customer.stars >= 4.5`) and do not mix in `+ - * / %`: write
  `bill.fall_share * 100.0`, or `double(bill.amount_fen) / 3.0`. Whole numbers divide to whole ones.
* *What is not known* decides nothing: `credit.score < 400` neither holds nor fails before the first assessment, and the
  rule stays silent, unless the rest decides alone, as in `credit.score < 400 || complaint.open > 0`. To ask whether
  something is known, write `has(credit.score)`. What is not marked "always" below may be unknown.
* *When it is asked*: about every fact that changes one of its groups, and once a week with the look at usage days,
  which also says that time has passed. The features are those of the fact's own time, however late it comes. It warns
  when the condition holds and the cooldown is over; its warning is cleared once the condition no longer holds.

## Features

Made from facts alone; of each group the last {kept} facts are remembered, and bills of thirteen months.
"""


def page() -> str:
    """Return the page."""
    example = json.dumps(EXAMPLE, ensure_ascii=False, indent=2)
    rule = NAME.removeprefix("warning.")
    lines = [INTRODUCTION.format(made=MADE, prefix=PREFIX, rule=rule, example=example, name=NAME)]
    lines += _slips()
    lines += [CHECKS.format(days=LAST_MONTH.days, enough=ENOUGH, name=NAME), *fields_table(AnalystRule())]
    bounds = {"rules": RULES_MAX, "examples": EXAMPLES_MAX, "length": f"{LENGTH_MAX:,}", "depth": DEPTH_MAX}
    lines += [LANGUAGE.format(**bounds, kept=KEPT), *(line for name in all_groups() for line in _group(name))]
    return page_of(lines)


def _slips() -> Iterator[str]:
    """Yield what the example's slips are answered with, by the code that answers."""
    rows = []
    for slip in SLIPS:
        ((_, wrong),) = slip.items()
        for (field,), why in msgspec.convert(EXAMPLE | slip, AnalystRule).mistakes().items():
            rows.append([f"`{wrong}`", f"`{field}`: {why}"])
    yield from table(("slip", "answer"), rows)


def _group(name: str) -> Iterator[str]:
    group = all_groups()[name]
    yield f"### {name}\n"
    yield f"{said(group.features)} Changed by {_kinds(group.hears)}.\n"
    known = all_features()
    rows = []
    for field in fields(group.features):
        each = known[f"{name}.{field.name}"]
        kind = each.kind + (f": {', '.join(f'`{choice}`' for choice in each.choices)}" if each.choices else "")
        rows.append([f"`{name}.{field.name}`", kind, "always" if each.always else "", field.says])
    yield from table(("feature", "type", "known", "what it is"), rows)


def _kinds(hears: tuple[type[SubscriberEvent], ...]) -> str:
    return ", ".join(f"`{kind.__name__}`" for kind in hears)
