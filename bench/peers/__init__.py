"""Peers in other languages: their sources, compiled where they are needed; nothing has to be installed for them."""
