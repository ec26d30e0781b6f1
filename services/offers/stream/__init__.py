"""Thin: facts are kept, billing's answers are decided."""
