"""What a condition may ask of a subscription: one file is one group of features and its GROUP."""
