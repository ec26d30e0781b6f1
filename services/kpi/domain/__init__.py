"""Pure: from facts to increments that may come in any order."""
