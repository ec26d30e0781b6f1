"""Thin: names are kept, everything else is counted."""
