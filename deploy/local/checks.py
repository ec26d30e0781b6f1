"""The checks: what runs before a commit, and what runs on a fresh machine."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from deploy.local.folders import CHECKOUT

BIN = Path(sys.executable).parent
STATIC: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
)


FIRST = ("tests/unit", "tests/replay", "tests/architecture")
GROUPS = (*FIRST, "tests/integration", "tests/e2e", "tests/faults")
"""Cheap ones first; tests/support/budgets.py knows the minutes of each."""
WARM_S = 60.0
"""Static checks and the first groups take no longer, once the type checker has its cache."""


def check() -> int:
    """Run the static checks and the unit tests; return the first exit code that is not 0."""
    started, warm = monotonic(), (CHECKOUT / ".mypy_cache").exists()
    code = _static() or _pytest([*FIRST, "-q"])
    took = monotonic() - started
    if code == 0 and warm and took > WARM_S:
        print(f"the check has overrun its minute: {took:.0f} s", file=sys.stderr)
        return 1
    return code


def test(arguments: Sequence[str]) -> int:
    """Run the static checks, then pytest over everything, or over what `arguments` say."""
    return _static() or _pytest(list(arguments or GROUPS))


def _static() -> int:
    for command in STATIC:
        started = monotonic()
        code = subprocess.call([str(BIN / command[0]), *command[1:]], cwd=CHECKOUT, stdout=sys.stderr)
        took = f"{monotonic() - started:.1f} s"
        print(f"{' '.join(command[:2])}: {'ok' if code == 0 else 'failed'}, {took}", file=sys.stderr)
        if code != 0:
            return code
    return 0


def _pytest(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=CHECKOUT)
