"""Figures of Foyer as ratios inside one run: `python -m benchmarks.<name> [--full]`."""
