"""Money: payment attempts, an append-only ledger, balances that are computed and never stored."""
