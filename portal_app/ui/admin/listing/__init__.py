"""One listing at the desk: where it stands, whose it is, how long it is kept."""
