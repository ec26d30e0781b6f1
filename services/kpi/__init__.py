"""KPI counts what the road achieved, honestly enough to pay people by. docs/services/kpi.md tells the whole of it."""
