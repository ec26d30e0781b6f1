"""Foreign files as they lie on disk, and the tray in which refused lines are kept beside the report."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import msgspec

from services.intake.domain.format import Line, Refused

LINE_CHARS_MAX = 1_000_000
"""A longer line is cut here: no event is that long, and a file without line ends must not fill the memory."""
CONTENT_MAX = 50_000_000
"""Bytes of a file that is read whole."""
NONE_NAMED: Mapping[str, str] = MappingProxyType({})


class Files:
    """One file, or the files of a folder; `read` hears of every so many bytes that were read."""

    def __init__(self, path: Path, read: Callable[[int], None], named: Mapping[str, str] = NONE_NAMED) -> None:
        """Look at `path`; `named` are headings by field, as whoever brings the files has named them.

        Raises:
            FileNotFoundError: there is no such file or folder.
        """
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        self._paths = {each.name: each for each in (sorted(path.iterdir()) if path.is_dir() else [path])}
        self._path = path
        self._read = read
        self.named = named

    @property
    def size(self) -> int:
        """Return how many bytes there are in all."""
        return sum(path.stat().st_size for path in self._paths.values())

    def files(self) -> Sequence[str]:
        """Return the names of the files, in order; hidden ones are none of ours."""
        return [name for name, path in self._paths.items() if path.is_file() and not name.startswith(".")]

    def lines(self, file: str) -> Iterator[Line]:
        """Yield the lines of `file`; bytes that are not UTF-8 stay what they were.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with self._found(file).open("rb") as opened:
            for number, raw in enumerate(iter(lambda: opened.readline(LINE_CHARS_MAX), b""), 1):
                self._read(len(raw))
                text = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
                yield Line(file, number, text.decode(errors="surrogateescape").rstrip("\r\n"))

    def content(self, file: str) -> bytes:
        """Return `file` whole.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is larger than `CONTENT_MAX`.
        """
        path = self._found(file)
        if path.stat().st_size > CONTENT_MAX:
            raise ValueError(f"{file} has {path.stat().st_size:,} bytes, at most {CONTENT_MAX:,}")
        content = path.read_bytes()
        self._read(len(content))
        return content

    def _found(self, file: str) -> Path:
        if file not in self._paths:
            raise FileNotFoundError(f"{self._path} has no {file}")
        return self._paths[file]


class Tray:
    """Keeps what was refused, one JSON object a line, and the report beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self._refused = (self.folder / "refused.jsonl").open("wb")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._refused.close()

    def keep(self, refused: Refused) -> None:
        """Keep a refused line as it stood, with where and why."""
        line = refused.line
        told = {"file": line.file, "line": line.number, "reason": refused.reason, "detail": refused.detail}
        # What was not UTF-8 is told as its escapes; JSON could not carry the bytes themselves.
        text = line.text.encode(errors="surrogateescape").decode(errors="backslashreplace")
        self._refused.write(msgspec.json.encode(told | {"text": text}) + b"\n")

    def report(self, told: Mapping[str, Any]) -> None:
        """Write the report, whole or not at all."""
        draft = self.folder / "report.json.new"
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(told)))
        os.replace(draft, self.folder / "report.json")
