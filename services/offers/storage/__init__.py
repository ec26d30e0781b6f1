"""All SQL of the offers service."""
