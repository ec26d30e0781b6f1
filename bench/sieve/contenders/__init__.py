"""Who is measured: each a process of its own, from the first record in hand to the last effect acknowledged."""
