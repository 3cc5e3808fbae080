"""Accounts, sign-in sessions, memberships: the only maker of Viewers from a cookie."""
