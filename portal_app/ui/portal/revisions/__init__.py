"""Changes a customer asks for, on one listing."""
