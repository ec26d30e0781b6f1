"""Foreign files in memory, and what a format reads from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.intake.domain.format import Format, Line, Refused, Taken
from shared.topic import Event


@dataclass(frozen=True)
class Folder:
    """Files by name, each as its text or its bytes."""

    texts: Mapping[str, str | bytes]
    named: Mapping[str, str] = field(default_factory=dict)

    def files(self) -> Sequence[str]:
        """Return the names of the files, in order."""
        return sorted(self.texts)

    def lines(self, file: str) -> Iterator[Line]:
        """Yield the lines of `file`."""
        if file not in self.texts:
            raise FileNotFoundError(file)
        content = self.texts[file]
        text = content if isinstance(content, str) else content.decode(errors="surrogateescape")
        for number, line in enumerate(text.splitlines(), 1):
            yield Line(file, number, line)

    def content(self, file: str) -> bytes:
        """Return `file` whole."""
        content = self.texts[file]
        return content if isinstance(content, bytes) else content.encode()


def taken(form: Format, texts: Mapping[str, str | bytes]) -> list[Event]:
    """Return all events that are read."""
    return [event for each in form.read(Folder(texts)) if isinstance(each, Taken) for event in each.events]


def refused(form: Format, texts: Mapping[str, str | bytes]) -> list[tuple[str, int, str]]:
    """Return file, line and reason of all that is refused."""
    read = [each for each in form.read(Folder(texts)) if isinstance(each, Refused)]
    return [(each.line.file, each.line.number, each.reason) for each in read]


def lines(form: Format, texts: Mapping[str, str | bytes]) -> int:
    """Return how many lines were read."""
    return sum(each.lines for each in form.read(Folder(texts)) if isinstance(each, Taken))
