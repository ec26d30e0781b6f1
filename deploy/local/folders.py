"""Where a local platform keeps its things: below `.keepline/` in the checkout, or in `KEEPLINE_DATA`."""

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one platform; `cache` is shared by all of this checkout."""

    root: Path
    profile: str

    @property
    def home(self) -> Path:
        """Return where this profile's data lie."""
        return self.root / self.profile

    @property
    def logs(self) -> Path:
        """Return where each process writes its log."""
        return self.home / "logs"

    @property
    def running(self) -> Path:
        """Return the file that tells other commands what is running."""
        return self.root / "running.json"

    @property
    def lock(self) -> Path:
        """Return the file that the running platform holds locked."""
        return self.root / "lock"


def folders(profile: str) -> Folders:
    """Return the folders of `profile`: `demo` is made afresh at each start, `platform` is kept."""
    return Folders(Path(os.environ.get("KEEPLINE_DATA", CHECKOUT / ".keepline")).resolve(), profile)


def cache() -> Path:
    """Return where downloads are kept, whatever `KEEPLINE_DATA` says: they are the same for all."""
    return CHECKOUT / ".keepline" / "cache"
