"""Real records that nobody here made; they lie beside the checkout and are no part of it."""

from pathlib import Path

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
