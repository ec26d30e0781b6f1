"""One file is one rule: what it hears, what it remembers, its limits, its step, its words. No rule knows another."""
