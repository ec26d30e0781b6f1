"""The image holds what the services need, at the versions that the tests ran on, and nothing of the tests."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

from deploy.local.folders import CHECKOUT

IMAGE = CHECKOUT / "deploy/image"
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def normal(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(requirements: list[str]) -> set[str]:
    """Return the names in `requirements`."""
    return {normal(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in requirements}


def pins(lock: Path) -> dict[str, set[str]]:
    """Return each locked requirement, `name==version ; marker`, with its hashes."""
    entries = re.split(r"\n(?=\w)", re.sub(r"\n\s*#.*", "", lock.read_text(encoding="utf-8")))
    return {entry.split(" \\")[0].strip(): set(re.findall(r"--hash=(\S+)", entry)) for entry in entries}


LOCK, WHOLE = pins(IMAGE / "requirements.lock"), pins(CHECKOUT / "requirements.lock")
NAMES = {normal(pin.split("==")[0]) for pin in LOCK}


def imported(source: Path) -> set[str]:
    """Return the top names that a file imports."""
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_the_image_runs_on_the_versions_that_were_tested() -> None:
    tested = {pin.split(" ;")[0]: hashes for pin, hashes in WHOLE.items()}
    for pin, hashes in LOCK.items():
        assert tested[pin.split(" ;")[0]] == hashes
        assert hashes


def test_the_image_has_what_the_project_depends_on_and_no_extra() -> None:
    assert wanted(PROJECT["dependencies"]) <= NAMES
    assert not NAMES & wanted(list(chain.from_iterable(PROJECT["optional-dependencies"].values())))


def test_whatever_the_image_runs_finds_its_imports_there() -> None:
    files = [*CHECKOUT.glob("shared/**/*.py"), *CHECKOUT.glob("services/**/*.py")]
    files += [CHECKOUT / "deploy" / name for name in ("prepare.py", "roster.py", "local/issuer.py")]
    needed = set().union(*map(imported, files)) - set(sys.stdlib_module_names) - {"shared", "services", "deploy"}
    distributions = packages_distributions()
    assert len(needed) > 15
    assert {name for name in needed if not {normal(d) for d in distributions[name]} & NAMES} == set()


def test_no_registry_is_named_in_the_lock() -> None:
    assert "://" not in (IMAGE / "requirements.lock").read_text(encoding="utf-8")


def test_what_the_image_copies_is_there_and_let_in() -> None:
    copies = re.findall(r"^COPY (?!--from)(\S+)", (IMAGE / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    let_in = re.findall(r"^!(\S+)", (CHECKOUT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert {path.split("/")[0] for path in copies} == set(let_in)
    assert all((CHECKOUT / path).exists() for path in copies)


def test_the_image_does_not_run_as_root() -> None:
    lines = (IMAGE / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert lines.index("USER keepline") < lines.index('ENTRYPOINT ["python", "-m"]')
