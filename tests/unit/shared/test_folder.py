"""A folder is a registry: a file is found by being there, and one without its entry stops the process by its name."""

from pathlib import Path
from types import ModuleType

import pytest

from shared.folder import entries

pytestmark = pytest.mark.unit


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """Return a package of two entries, in a folder of this test."""
    name = f"registry_of_{request.node.name}"
    (tmp_path / name).mkdir()
    for file, content in {"__init__": "", "pear": "FRUIT = 'pear'", "apple": "FRUIT = 'apple'"}.items():
        (tmp_path / name / f"{file}.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    return __import__(name)


def beside(package: ModuleType, name: str, content: str) -> None:
    """Put one more file into the package."""
    (Path(package.__path__[0]) / f"{name}.py").write_text(content)


def test_every_file_is_an_entry_in_the_order_of_names(package: ModuleType) -> None:
    assert list(entries(package, "FRUIT", str).items()) == [("apple", "apple"), ("pear", "pear")]


def test_a_new_file_is_all_it_takes(package: ModuleType) -> None:
    beside(package, "banana", "FRUIT = 'banana'")
    assert list(entries(package, "FRUIT", str)) == ["apple", "banana", "pear"]


def test_a_file_without_its_entry_stops_with_its_name(package: ModuleType) -> None:
    beside(package, "stone", "WEIGHT = 3")
    with pytest.raises(TypeError, match=rf"could not load {package.__name__}\.stone: it must define FRUIT as a str"):
        entries(package, "FRUIT", str)


def test_an_entry_of_another_type_stops_with_its_name(package: ModuleType) -> None:
    beside(package, "stone", "FRUIT = 3")
    with pytest.raises(TypeError, match=rf"could not load {package.__name__}\.stone"):
        entries(package, "FRUIT", str)
