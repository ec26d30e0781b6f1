"""Pure: which packages are allowed, in which order, and an offer's way from issue to fulfilment."""
