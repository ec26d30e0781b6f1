"""How the platform runs: on one machine without containers, in containers, on a cluster."""
