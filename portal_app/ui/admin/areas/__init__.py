"""Where the studio goes, and what the way costs."""
