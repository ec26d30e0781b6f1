"""Warning hears that a good customer is about to leave. README.md tells the whole of it."""
