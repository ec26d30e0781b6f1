"""HTTP for the channels that serve members."""
