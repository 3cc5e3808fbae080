"""Foyer: the customer portal of a real-estate photography business."""
