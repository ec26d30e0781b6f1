"""The sieve: what is found among a whole network's CDRs, in whole columns at a time. Facts, not verdicts."""
