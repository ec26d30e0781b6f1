"""A trial from end to end: the archive, what ran, what might have, and the report that compares them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from replay.backtest import changes, order, past, report
from replay.backtest.leavers import Leavers
from replay.backtest.past import Past
from replay.backtest.queue import opened
from replay.backtest.report import Report, Window
from replay.backtest.sweep import Sweeper, Swept
from services.warning.domain.analyst.rules import Analysts
from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import AnyRule
from services.warning.domain.policies import OF_EVERY_RULE, following, follows
from shared.events.warning_raised import WarningFacts
from shared.policy import PolicyBook
from shared.policy_change.change import Change
from shared.policy_change.what_if import what_if

Books = Mapping[str, PolicyBook]
"""What was in force, by service: `warning`, `dispatch`."""


def run(folder: Path, books: Books, tried: Sequence[Change], window: Window, leavers: Leavers | None) -> Report:
    """Try `tried` on the archive in `folder`.

    Raises:
        FileNotFoundError: the archive is empty.
        MistakenError: a change says what cannot be.
    """
    others, rules, names = laid_over(books, tried), touched(tried), felt(tried)
    before, after = (following(each["warning"], names) for each in (books, others))
    known = past.read(folder, rules, Analysts(after).names())
    sweeper = Sweeper(known, rules)
    ran, might = sweeper.sweep(order.arrival, before), sweeper.sweep(order.happening, after)
    return compared(known, (ran, books), (might, others), window, leavers)


def touched(tried: Sequence[Change]) -> list[AnyRule]:
    """Return our own rules that may say something else under `tried`; every rule, where nothing is tried.

    What the others said stands in the archive.
    """
    return [rule for rule in all_rules() if any(follows(rule.id, name) for name in felt(tried))]


def felt(tried: Sequence[Change]) -> Sequence[str]:
    """Return the policies whose followers are decided again; nothing tried is a check of the replay itself."""
    return [change.name for change in tried] or OF_EVERY_RULE


def laid_over(books: Books, tried: Sequence[Change]) -> dict[str, PolicyBook]:
    """Return the books with the changes of each service laid over them."""
    return {
        service: what_if(
            changes.defaults(service, [each.name for each in tried]),
            book,
            [each for each in tried if each.name.startswith(f"{service}.")],
        )
        for service, book in books.items()
    }


def compared(
    known: Past, ran: tuple[Swept, Books], might: tuple[Swept, Books], window: Window, leavers: Leavers | None
) -> Report:
    """Return what two sweeps of the same past, and the policies that dispatch follows, come to."""
    before, after = (report.warnings(swept, window) for swept, _ in (ran, might))
    given = report.within((fact.event for fact in known.said if isinstance(fact.event, WarningFacts)), window)
    rows = report.rows(before, after)
    loads = report.loads(
        opened(ran[0], known, order.arrival, ran[1]["dispatch"]),
        opened(might[0], known, order.happening, might[1]["dispatch"]),
        window,
    )
    return Report(
        window=window,
        rules=might[0].ruling.ids,
        events=known.events,
        refused=known.refused,
        what_ran=report.held(given, before),
        before=len(before),
        after=len(after),
        gained=sum(row.gained for row in rows),
        lost=sum(row.lost for row in rows),
        changed=sum(row.changed for row in rows),
        by_rule=rows,
        gained_examples=report.examples(after, before),
        lost_examples=report.examples(before, after),
        queue=loads,
        foretold=report.foretold(before, after, leavers, window) if leavers else {},
        failed=report.failed(ran[0], might[0]),
    )
