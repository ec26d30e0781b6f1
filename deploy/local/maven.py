"""Java programs from Maven's repository, without Maven: jgo resolves and fetches, we say how far it is."""

import threading
from collections.abc import Callable
from pathlib import Path


def fetch_jars(coordinates: str, cache: Path, tell: Callable[[int], None]) -> list[Path]:
    """Fetch the jars of `coordinates` and of all they need into `cache`, and return them; `tell` hears MB so far."""
    # Needed once in the life of a checkout: every other start is quicker without it.
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    repository = cache / "maven"
    done = threading.Event()
    teller = threading.Thread(target=_tell_size, args=(repository, done, tell), daemon=True)
    teller.start()
    try:
        context = MavenContext(repo_cache=repository, remote_repos={"central": MAVEN_CENTRAL_URL})
        builder = EnvironmentBuilder(context=context, cache_dir=cache / "jgo")
        environment = builder.from_endpoint(coordinates)
    finally:
        done.set()
        teller.join()
    return sorted(Path(environment.path).rglob("*.jar"))


def _tell_size(folder: Path, done: threading.Event, tell: Callable[[int], None]) -> None:
    while not done.wait(0.5):
        tell(sum(file.stat().st_size for file in folder.rglob("*.jar")) // 1_000_000)
