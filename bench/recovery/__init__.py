"""How much the sieve remembers, how long it takes to write down, and how soon another process has it again."""
