"""HTTP for whoever makes an offer."""
