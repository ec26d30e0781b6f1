"""The sieve against peers that do the same work on the same records: outputs first, then rates."""
