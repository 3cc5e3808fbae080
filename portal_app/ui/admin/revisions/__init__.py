"""Every request for changes at the desk."""
