"""Foreign files in memory, and what a format reads from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.intake.domain.format import Format, Line, Refused, Taken
from shared.topic import Event


@dataclass(frozen=True)
class Folder:
    """Files by name, each as its text."""

    texts: Mapping[str, str]

    def files(self) -> Sequence[str]:
        """Return the names of the files, in order."""
        return sorted(self.texts)

    def lines(self, file: str) -> Iterator[Line]:
        """Yield the lines of `file`."""
        if file not in self.texts:
            raise FileNotFoundError(file)
        for number, text in enumerate(self.texts[file].splitlines(), 1):
            yield Line(file, number, text)


def taken(form: Format, texts: Mapping[str, str]) -> list[Event]:
    """Return all events that are read."""
    return [event for each in form.read(Folder(texts)) if isinstance(each, Taken) for event in each.events]


def refused(form: Format, texts: Mapping[str, str]) -> list[tuple[str, int, str]]:
    """Return file, line and reason of all that is refused."""
    read = [each for each in form.read(Folder(texts)) if isinstance(each, Refused)]
    return [(each.line.file, each.line.number, each.reason) for each in read]


def lines(form: Format, texts: Mapping[str, str]) -> int:
    """Return how many lines were read."""
    return sum(each.lines for each in form.read(Folder(texts)) if isinstance(each, Taken))
