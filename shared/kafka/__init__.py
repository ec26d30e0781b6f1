"""Kafka, which delivers: topics, an idempotent producer, a consumer that follows PostgreSQL's offsets."""
