"""How fast the archived past is decided again."""
