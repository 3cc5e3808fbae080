"""Every listing of the studio."""
