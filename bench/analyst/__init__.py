"""What analysts' rules cost: reading a condition, asking it, making the features that it asks, a whole fact."""
