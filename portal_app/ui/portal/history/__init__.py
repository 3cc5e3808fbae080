"""What happened to a delivery, for both sides."""
