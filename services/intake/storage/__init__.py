"""All SQL of intake: the days that were published, and the simulation's clock."""
