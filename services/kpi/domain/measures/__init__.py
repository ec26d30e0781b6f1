"""One file is one measure: what it hears, what it remembers of a customer, what it adds to which cell."""
