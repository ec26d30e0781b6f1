"""Pure: no I/O, no clock, no randomness, no logging. What is decided here, a replay decides again."""
