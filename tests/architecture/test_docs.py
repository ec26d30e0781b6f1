"""The documentation says what is: generated pages are what the code makes, and nothing points nowhere."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from deploy.local.folders import CHECKOUT
from deploy.roster import ROLES
from docs.reference import analysts
from docs.reference.examples import example
from docs.reference.pages import DOCS, pages, stale
from docs.reference.policies import policies
from docs.reference.road import HEARS, OUTSIDE, SERVICES, hearers, sayers
from docs.reference.schemas import schema
from docs.reference.words import defaults
from services.intake.domain.format import Format
from services.kpi.domain.catalogue import all_measures, all_ratios
from services.kpi.domain.measure import Measure
from services.offers.domain.catalogue import all_mechanisms
from services.offers.domain.mechanism import Mechanism
from services.warning.domain.analyst.definition import AnalystRule
from services.warning.domain.analyst.journal import Group
from services.warning.domain.catalogue import all_rules
from services.warning.domain.rule import Rule
from shared import codec
from shared.catalogue import topics
from shared.folder import entries
from shared.topic import Event, Kind, Topic
from tests.unit.strategies import events, plain

WRITTEN = sorted([*DOCS.rglob("*.md"), *CHECKOUT.glob("README.md")])
ROOTS = "bench|deploy|docs|replay|services|shared|tests"
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(rf"`((?:{ROOTS})(?:/[\w.*-]+)+/?|[\w.-]+\.(?:md|toml|lock|yml))`")
MACHINE = re.compile(r"(?<![\w.:/])/(?:root|home|work|Users|tmp)/|pypi|pythonhosted|npmjs")
NAMED = re.compile(r"^(?:warning|dispatch|offers|points|kpi)\.[a-z_]+$")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", (DOCS / "extending.md").read_text(encoding="utf-8"), re.M | re.S)
ENTRIES: dict[str, type] = {
    "TOPIC": Topic,
    "RULE": Rule,
    "GROUP": Group,
    "MECHANISM": Mechanism,
    "MEASURE": Measure,
    "FORMAT": Format,
}
ALL = pytest.mark.parametrize("topic", topics().values(), ids=list(topics()))
PAGES = pytest.mark.parametrize("page", WRITTEN, ids=[str(page.relative_to(CHECKOUT)) for page in WRITTEN])


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def asyncapi() -> Any:
    """Return the AsyncAPI document as its readers get it."""
    return yaml.safe_load(pages()["asyncapi.yaml"])


@cache
def calls(service: str) -> list[ast.Call]:
    """Return every call in a service's source."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (CHECKOUT / "services" / service).rglob("*.py")]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_generated_pages_are_what_the_code_makes() -> None:
    different = [name for name, content in pages().items() if not _stands(name, content)]
    assert (different, stale()) == ([], set()), "run `python -m docs.reference`"


def _stands(name: str, content: str) -> bool:
    return (DOCS / name).exists() and (DOCS / name).read_text(encoding="utf-8") == content


@ALL
def test_a_schema_is_valid_in_the_dialects_that_read_it(topic: Topic[Event]) -> None:
    Draft202012Validator.check_schema(schema(topic))
    Draft7Validator.check_schema(schema(topic))


@ALL
def test_an_example_is_of_its_schema_and_can_be_read(topic: Topic[Event]) -> None:
    told = example(topic)
    validator = Draft202012Validator(schema(topic), format_checker=FormatChecker())
    validator.validate(told)
    codec.decode(topic, json.dumps(told).encode())
    assert not validator.is_valid({name: value for name, value in told.items() if name != "occurred_at"})
    assert not validator.is_valid(told | {topic.key: None})


@ALL
def test_whatever_the_codec_writes_is_of_its_schema(topic: Topic[Event]) -> None:
    validator = Draft202012Validator(schema(topic), format_checker=FormatChecker())

    # The first draw of a regular expression is slow on a busy machine, and says nothing about the event.
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(events(topic.event))
    def check(event: Event) -> None:
        validator.validate(plain(event))

    check()


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    for reference in _references(document):
        file, _, pointer = reference.partition("#")
        found: Any = json.loads((DOCS / file).read_text(encoding="utf-8")) if file else document
        for part in pointer.strip("/").split("/") if pointer else ():
            found = found[part]
        assert found


def _references(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str() as reference}:
            yield reference
        case dict():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)


def test_the_asyncapi_document_has_what_its_standard_requires() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"]
    assert document["info"]["version"]
    for name, channel in document["channels"].items():
        (message,) = channel["messages"]
        assert channel["address"] == name
        assert document["components"]["messages"][message]["payload"] == {"$ref": f"./schemas/{name}.json"}
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"]
        assert operation["action"] in ("send", "receive")
        assert [message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"]] == [True]


def test_the_asyncapi_document_tells_of_every_topic_and_of_all_who_use_it() -> None:
    document = asyncapi()
    told = {(each["channel"]["$ref"].rpartition("/")[2], each["action"]) for each in document["operations"].values()}
    assert document["channels"].keys() == topics().keys()
    for name, topic in topics().items():
        assert bool(sayers(topic)) == ((name, "send") in told)
        assert bool(set(hearers(topic)) - {OUTSIDE}) == ((name, "receive") in told)


def test_what_is_heard_is_told_of_every_process() -> None:
    assert {role.name for role in ROLES} - {"intake"} == HEARS.keys() - {OUTSIDE}


@ALL
def test_who_publishes_a_topic_makes_its_events(topic: Topic[Event]) -> None:
    for process in sayers(topic) if topic.kind is not Kind.RECORD else ():
        service = "warning" if process in ("sieve", "usage") else process
        assert topic.event.__name__ in {ast.unparse(call.func) for call in calls(service)}


def test_every_policy_that_the_code_asks_for_is_told_of() -> None:
    asked = {
        argument.value
        for service in SERVICES
        for call in calls(service)
        for argument in call.args
        if isinstance(argument, ast.Constant) and NAMED.match(str(argument.value))
    }
    assert asked
    assert asked <= policies().keys()


@pytest.mark.parametrize(
    "wish", sorted(set(re.findall(r"^\| (W\d+) \|", prose(DOCS / "requirements.md"), re.MULTILINE)))
)
def test_each_wish_about_warnings_that_is_done_has_its_story(wish: str) -> None:
    told = CHECKOUT.glob(f"tests/replay/stories/test_w{int(wish[1:]):02d}_*.py")
    assert list(told), f"{wish} is not told as given, when, then"


@pytest.mark.parametrize("name", sorted(policies().keys() - {f"warning.{rule.id}" for rule in all_rules()}))
def test_a_services_page_gives_the_defaults_of_its_policies(name: str) -> None:
    page = (DOCS / "services" / f"{name.partition('.')[0]}.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| `") and f"`{name}`" in line]
    plain_defaults = {
        k: v for k, v in defaults(type(policies()[name])).items() if not isinstance(v, dict | list | tuple)
    }
    for field, default in plain_defaults.items():
        assert f"`{field}` {json.dumps(default)}" in row


def test_the_analysts_example_is_right_and_each_of_its_slips_is_told_by_one_line() -> None:
    assert msgspec.convert(analysts.EXAMPLE, AnalystRule).mistakes() == {}
    page = (DOCS / "analysts.md").read_text(encoding="utf-8")
    assert [len(msgspec.convert(analysts.EXAMPLE | slip, AnalystRule).mistakes()) for slip in analysts.SLIPS] == [1] * 5
    assert json.loads(page.partition("```json\n")[2].partition("```")[0]) == analysts.EXAMPLE


def test_every_requirement_that_the_code_names_is_in_the_list() -> None:
    entries: list[Any] = [*all_rules(), *all_mechanisms(), *all_measures(), *all_ratios()]
    named = {entry.requirement for entry in entries}
    listed = set(re.findall(r"^\| ([A-Z]\d+) \|", (DOCS / "requirements.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= listed


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_a_file_is_such_a_file(number: int, tmp_path: Path) -> None:
    package, source = ModuleType(f"example_{number}"), EXAMPLES[number]
    package.__path__ = [str(tmp_path)]
    sys.modules[package.__name__] = package
    (tmp_path / "entry.py").write_text(source, encoding="utf-8")
    (attribute,) = [name for name in ENTRIES if re.search(rf"^{name} = ", source, re.MULTILINE)]
    assert entries(package, attribute, ENTRIES[attribute]).keys() == {"entry"}


def test_there_is_an_example_of_everything_that_a_folder_registers() -> None:
    assert len(EXAMPLES) == len(ENTRIES)


@PAGES
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file) if file else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@PAGES
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    for name in PATH.findall(prose(page)):
        assert any(CHECKOUT.glob(name.rstrip("/"))) or (page.parent / name).exists(), name


@PAGES
def test_no_page_knows_the_machine_that_it_was_written_on(page: Path) -> None:
    assert not MACHINE.search(page.read_text(encoding="utf-8"))
