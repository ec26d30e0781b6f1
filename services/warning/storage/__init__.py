"""All SQL of the warning service."""
