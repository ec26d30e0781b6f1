"""`python -m services.points` runs the points service."""

import sys

from services.points.wiring import run
from shared.process import main

if __name__ == "__main__":
    sys.exit(main(run))
