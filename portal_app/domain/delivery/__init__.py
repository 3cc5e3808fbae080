"""Handing ready assets over: deliveries, secret links, the gate, the ZIP's plan."""
