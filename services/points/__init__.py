"""Points keeps the loyalty ledger. docs/services/points.md tells the whole of it."""
