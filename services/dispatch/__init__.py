"""Dispatch gets the right person to the customer in time. docs/services/dispatch.md tells the whole of it."""
