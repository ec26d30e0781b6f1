"""How fast re-entry numbers are found among a nation's, and how well among real and simulated ones."""
