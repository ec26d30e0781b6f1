"""`python -m services.offers` runs the offers service."""

import sys

from services.offers.wiring import run
from shared.process import main

if __name__ == "__main__":
    sys.exit(main(run))
