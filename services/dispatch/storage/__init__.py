"""All SQL of the dispatch service."""
