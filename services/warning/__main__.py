"""`python -m services.warning rules`: the rules. `... sieve`: the sieve over raw CDRs. `... usage`: keeps usage days.
`... troubles [--json]`, `... release RULE`: which rules failed, and the end of a rule's quarantine.
"""

import asyncio
import sys

import msgspec

from services.warning.storage.troubles import Trouble
from services.warning.wiring import release, run_rules, run_sieve, run_usage, troubles
from shared.process import main
from shared.settings import Settings

PARTS = {"rules": run_rules, "sieve": run_sieve, "usage": run_usage}


def listed(*, as_json: bool) -> int:
    """Print which rules failed, and what waits for them."""
    found = asyncio.run(troubles(Settings()))
    if as_json:
        print(msgspec.json.encode([_told(*each) for each in found]).decode())
    for trouble, missed in found if not as_json else ():
        state = "in quarantine" if trouble.quarantined else "at work"
        counts = f"failed {trouble.failures}, hung {trouble.hangs}, {missed} facts missed"
        print(f"{trouble.rule_id} version {trouble.rule_version}: {state}, {counts}: {trouble.last_error}")
    if not found and not as_json:
        print("no rule has failed")
    return 0


def released(rule_id: str) -> int:
    """Let a rule work again, and take what it missed."""
    waiting = asyncio.run(release(Settings(), rule_id))
    if waiting is None:
        print(
            f"there is no trouble with a rule {rule_id}: `./keepline rules list` shows those that failed",
            file=sys.stderr,
        )
        return 1
    print(f"{rule_id} works again; {waiting} facts that it missed are taken now")
    return 0


def _told(trouble: Trouble, missed: int) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(trouble)
    return fields | {"quarantined": trouble.quarantined, "missed": missed}


def _run(arguments: list[str]) -> int:
    match arguments:
        case ["troubles", *rest]:
            return listed(as_json="--json" in rest)
        case ["release", rule_id]:
            return released(rule_id)
        case [part] if part in PARTS:
            return main(PARTS[part])
        case []:
            return main(run_rules)
    print(
        f"could not run {' '.join(arguments)}: {', '.join(PARTS)}, troubles [--json] or release RULE", file=sys.stderr
    )
    return 2


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
