"""Thin: what comes from Kafka is handed to the domain, what it says goes to the outbox."""
