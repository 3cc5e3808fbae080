"""A customer hands some photos of a listing on by a link of their own."""
