"""Money, against the stand-in and both databases."""
