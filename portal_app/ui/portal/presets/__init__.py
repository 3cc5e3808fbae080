"""A listing's photos as one MLS asks for them."""
