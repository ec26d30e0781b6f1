"""`python -m services.archive` runs the archive."""

import sys

from services.archive.wiring import run
from shared.process import main

if __name__ == "__main__":
    sys.exit(main(run))
