"""Offers gives whoever calls a package worth offering. README.md tells the whole of it."""
