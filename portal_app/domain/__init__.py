"""What the business does, one package per noun. No Reflex, no vendors, no settings."""
