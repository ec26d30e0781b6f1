"""The services: each keeps its own rooms, and meets the others on Kafka and over HTTP only."""
