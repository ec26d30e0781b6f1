"""How much more two processes of the sieve do than one on the same cores, and what broker and database take of them."""
