"""All SQL of the KPI service."""
