"""Points keeps the loyalty ledger. README.md tells the whole of it."""
