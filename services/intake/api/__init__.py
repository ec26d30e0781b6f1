"""The HTTP door for integrators."""
