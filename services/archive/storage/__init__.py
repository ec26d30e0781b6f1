"""Segments on disk and the manifest in the database."""
