"""The checks: what runs before a commit, and what runs on a fresh machine."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from deploy.local.folders import CHECKOUT

BIN = Path(sys.executable).parent
FAST: tuple[tuple[str, ...], ...] = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
)


def check() -> int:
    """Run the static checks and the unit tests; return the first exit code that is not 0."""
    return _static() or _pytest(["tests/unit", "tests/architecture", "tests/replay", "-q"])


def test(arguments: Sequence[str]) -> int:
    """Run the static checks, then pytest over everything, or over what `arguments` say."""
    return _static() or _pytest(list(arguments))


def _static() -> int:
    for command in FAST:
        started = monotonic()
        code = subprocess.call([str(BIN / command[0]), *command[1:]], cwd=CHECKOUT, stdout=sys.stderr)
        print(
            f"{' '.join(command[:2])}: {'ok' if code == 0 else 'failed'}, {monotonic() - started:.1f} s",
            file=sys.stderr,
        )
        if code != 0:
            return code
    return 0


def _pytest(arguments: list[str]) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments], cwd=CHECKOUT)
