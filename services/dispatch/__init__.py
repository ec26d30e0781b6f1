"""Dispatch gets the right person to the customer in time. README.md tells the whole of it."""
