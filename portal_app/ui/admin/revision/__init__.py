"""One request for changes, worked on."""
