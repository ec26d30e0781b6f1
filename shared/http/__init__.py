"""HTTP as every service speaks it: problems, tokens, answers given once, streams, health."""
