"""What is sold: services, packages, add-ons, their prices by area; pricing as a pure rule."""
