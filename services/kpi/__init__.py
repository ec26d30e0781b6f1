"""KPI counts what the road achieved, honestly enough to pay people by. README.md tells the whole of it."""
