"""The property being marketed. Not the order."""
