"""What every service speaks and stands on: the vocabulary below, the plumbing above, no business rule anywhere."""
