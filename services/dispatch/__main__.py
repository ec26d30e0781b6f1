"""`python -m services.dispatch` runs the dispatch service."""

import sys

from services.dispatch.wiring import run
from shared.process import main

if __name__ == "__main__":
    sys.exit(main(run))
