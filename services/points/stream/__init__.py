"""Thin: members are kept, bills earn, billing's answers settle."""
