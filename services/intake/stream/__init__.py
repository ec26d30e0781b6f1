"""Thin: events out to Kafka, acknowledged."""
