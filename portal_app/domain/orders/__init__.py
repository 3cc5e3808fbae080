"""An order and its lines: Pending, Accepted, Completed, or Canceled."""
