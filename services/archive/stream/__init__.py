"""Thin: records are buffered, and written as segments."""
