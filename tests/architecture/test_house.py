"""House rules that no linter knows: where clocks, ids and SQL may be, what no file may hold, what is pinned."""

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from deploy.local.folders import CHECKOUT
from services.intake.domain import formats
from services.intake.domain.format import Format
from services.offers.domain import mechanisms
from services.offers.domain.mechanism import Mechanism
from services.warning.domain import rules
from services.warning.domain.rule import Rule
from shared.folder import entries
from tests.architecture.sources import OURS, modules, names, tracked

pytestmark = pytest.mark.unit

CLOCKS = re.compile(
    r"(datetime\.)?(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|monotonic|perf_counter|localtime|gmtime)"
)
LUCK = re.compile(r"(uuid\.)?uuid[14]|random\..+|secrets\..+|os\.urandom")
GROUPS = {("tests", "unit"), ("tests", "replay")}
PINNED = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0", "mode-streaming": "0.7.1"}
"""The engine: exact versions, chosen by fault tests."""

# Each pattern is broken up, so that this file does not hold what it looks for.
MACHINE = re.compile(r"(?<![\w.:/$}-])/(?:wo{1}rk|ro{2}t|ho{1}me|U{1}sers)/[A-Za-z0-9_.]")
REGISTRY = re.compile(r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|crates[.]io|repo1?[.]maven|index-ur[l]|sum[.]golang")
UNDONE = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")


@pytest.mark.parametrize("kind", [CLOCKS, LUCK], ids=["system time", "fresh ids and luck"])
def test_there_is_one_door(kind: re.Pattern[str]) -> None:
    found = {path for path, used in names("shared", "services").items() if any(map(kind.fullmatch, used))}
    assert found == {"shared/clock.py"}


def test_sql_stands_in_storage_and_in_the_shell_only() -> None:
    using = {path for path, used in names("services").items() if "sqlalchemy.text" in used}
    assert {path for path in using if Path(path).parts[2] != "storage"} == set()
    assert len(using) > 10


@pytest.mark.parametrize(
    ("forbidden", "what"),
    [(MACHINE, "a path of somebody's machine"), (REGISTRY, "a registry's host"), (UNDONE, "something left undone")],
    ids=["machine", "registry", "undone"],
)
def test_no_tracked_file_holds(forbidden: re.Pattern[str], what: str) -> None:
    found = []
    for path in tracked():
        text = (CHECKOUT / path).read_bytes().decode("utf-8", "replace")
        found += [f"{path}: {what}: {hit.group()}" for hit in forbidden.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE, "see /ro" + "ot/x"),
        (MACHINE, '"/wo' + 'rk/main"'),
        (REGISTRY, "https://py" + "pi.org/simple"),
        (REGISTRY, "--index-" + "url x"),
        (UNDONE, "# TO" + "DO later"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "utilities", "common", "helpers", "misc", "manager", "managers", "lib"}
    assert [path for path in tracked() if drawers & {*path.parts[:-1], path.stem}] == []


def test_every_module_of_the_product_opens_with_what_it_is() -> None:
    found = modules("shared", "services", "deploy", "replay")
    assert [path for path, tree in found.items() if not ast.get_docstring(tree) and "alembic" not in path] == []


def public(body: Sequence[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield what others may use: public functions and classes, and the public methods of such classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            yield from public(node.body) if isinstance(node, ast.ClassDef) else ()


def test_no_public_name_of_the_product_is_without_its_sentence() -> None:
    product = modules("shared", "services", "deploy", "replay")
    named = [(path, node) for path, tree in product.items() for node in public(tree.body)]
    assert [f"{path}: {node.name}" for path, node in named if not ast.get_docstring(node)] == []
    assert len(named) > 500


def test_every_test_has_its_group() -> None:
    """A test file without a marker would be left out where a group is asked for by it."""
    wanted = [path for path in tracked() if path.parts[:2] in GROUPS and path.name.startswith("test_")]
    marked = [
        path for path in wanted if f"pytest.mark.{path.parts[1]}" in (CHECKOUT / path).read_text(encoding="utf-8")
    ]
    assert wanted == marked


def requirements() -> dict[str, str]:
    """Return the version of each package in the lock."""
    lines = (CHECKOUT / "requirements.lock").read_text().splitlines()
    pinned = [re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", line) for line in lines]
    return {found.group(1).lower(): found.group(2) for found in pinned if found}


def test_the_engine_is_pinned_to_the_versions_that_were_tried() -> None:
    assert PINNED.items() <= requirements().items()
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    for name, version in PINNED.items():
        assert any(re.match(rf"{name}(\[.*\])?=={re.escape(version)}$", each) for each in project["dependencies"])


def test_every_locked_package_has_hashes_and_the_lock_names_no_host() -> None:
    text = (CHECKOUT / "requirements.lock").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + text)[1:]
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block or "://" in block] == []


def test_everything_that_the_project_asks_for_is_in_the_lock() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(each for more in project["optional-dependencies"].values() for each in more)]
    wanted = {re.split(r"[\[=;<> ]", each)[0].lower().replace("_", "-") for each in asked}
    assert wanted - {name.replace("_", "-") for name in requirements()} == set()


@pytest.mark.parametrize(
    ("package", "attribute", "kind", "where"),
    [
        (rules, "RULE", Rule, "tests.unit.warning.rules"),
        (mechanisms, "MECHANISM", Mechanism, "tests.unit.offers.mechanisms"),
        (formats, "FORMAT", Format, "tests.unit.intake.formats"),
    ],
    ids=["rules", "mechanisms", "formats"],
)
def test_whoever_adds_an_entry_adds_its_test(
    package: ModuleType, attribute: str, kind: type[object], where: str
) -> None:
    found = entries(package, attribute, kind)
    assert [name for name in found if find_spec(f"{where}.test_{name}") is None] == []


def test_our_folders_are_all_looked_at() -> None:
    top = {path.parts[0] for path in tracked() if path.suffix == ".py"}
    assert top <= set(OURS)
