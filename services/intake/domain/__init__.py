"""Pure: reading what others send, and the simulated operator."""
