"""Pure: from buffered records to a segment and its index."""
