"""Benchmarks: each prints JSON with its figures, after checking that the work it timed was done."""
