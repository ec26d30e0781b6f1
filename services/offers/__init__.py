"""Offers gives whoever calls a package worth offering. docs/services/offers.md tells the whole of it."""
