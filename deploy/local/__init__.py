"""One machine, no containers: a real broker, a real database, every service a process of its own, all on 127.0.0.1."""
