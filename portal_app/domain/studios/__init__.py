"""A photography business: brand, hosts, zone, currency, policies."""
