"""A stand-in for Stripe: its own local server, strict about the wire, with a page a browser pays on.

It never replaces the production class: the real library talks to it by base address, and refuses to with a live key.
"""
