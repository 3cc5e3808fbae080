"""Append-only facts: who did what to which thing. History, outbox and the work table in one."""
