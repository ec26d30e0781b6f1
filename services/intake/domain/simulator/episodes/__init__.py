"""Episodes: a file each, none knowing another."""
