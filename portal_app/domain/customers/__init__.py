"""Who orders: agents, and guests who may later claim their record."""
