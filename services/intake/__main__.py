"""`python -m services.intake`: `door` serves HTTP, `simulate` plays an operator."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from services.intake.domain.simulator.world import Plan
from services.intake.wiring import run_door, run_simulation
from shared.process import main

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def door() -> None:
    """Take events over HTTP, and tell each day that passes."""
    sys.exit(main(run_door))


@app.command()
def simulate(
    home: Annotated[Path, typer.Argument(help="where the world and the truth are written down")],
    subscribers: int = Plan().subscribers,
    days: int = Plan().days,
    seed: int = Plan().seed,
    pace: Annotated[float, typer.Option(help="seconds that a day takes at least")] = 0.0,
) -> None:
    """Play an operator, day after day; a run that was killed is taken up where it was."""
    plan = Plan(seed=seed, subscribers=subscribers, days=days)
    sys.exit(main(partial(run_simulation, plan=plan, home=home, pace_s=pace)))


if __name__ == "__main__":
    app()
