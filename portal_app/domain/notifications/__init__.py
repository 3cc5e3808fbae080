"""Messages: written with their cause, sent by the worker, kept in a log."""
