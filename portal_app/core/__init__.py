"""Words everybody uses: money, time, tokens, errors, viewers. Standard library only."""
