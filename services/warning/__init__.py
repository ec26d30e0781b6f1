"""Warning hears that a good customer is about to leave. docs/services/warning.md tells the whole of it."""
