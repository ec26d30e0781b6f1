"""Pure: what becomes of a warning, who is to call, who may see it."""
