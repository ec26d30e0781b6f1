"""Pure: postings that balance, what earns points, what they buy."""
