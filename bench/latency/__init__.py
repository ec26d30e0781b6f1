"""How long a warning takes: from the network's event on Kafka to the server-sent event at a rep."""
