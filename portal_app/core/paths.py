"""Where a redirect may go: paths of this app, nothing else."""

from __future__ import annotations

import re

_PATH = re.compile(r"/(?:[A-Za-z0-9_.~\-]+(?:/[A-Za-z0-9_.~\-]+)*/?)?(?:\?[A-Za-z0-9_.~\-=&%+]*)?")
_NOT_PAGES = ("/api", "/webhooks", "/_", "/login", "/sign-up", "/reset")


def safe_next(wanted: str | None, otherwise: str = "/") -> str:
    """`wanted` when it is a plain path of a page here, else `otherwise`. Never leaves this host."""
    if not wanted or len(wanted) > 512 or not _PATH.fullmatch(wanted):
        return otherwise
    path = wanted.partition("?")[0]
    if any(part in {".", ".."} for part in path.split("/")) or path.startswith(_NOT_PAGES):
        return otherwise
    return wanted
