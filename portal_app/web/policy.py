"""What the browser is told to refuse: the content policy and the other security headers. Pure but for reading the build."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
# A built script, sheet or picture is not a page: opened by itself it may do nothing, and it says so briefly.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'"


def script_hashes(build: Path) -> list[str]:
    """The hash of every inline script of the built pages: these run, nothing else does, and nothing is evaluated."""
    found = {
        script.group(1) for page in sorted(build.rglob("*.html")) for script in INLINE_SCRIPT.finditer(page.read_text("utf-8"))
    }
    return sorted(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in found)


def content_policy(hashes: list[str]) -> str:
    """One policy for every page, the app included."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",  # the calendar's own sheet carries a small font for icons; we use none of them
            "media-src 'self' blob:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'none'",
            "frame-src 'self'",  # our own page around a tour's player (web/embeds.py); every other page refuses to be framed
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        ]
    )


def headers(policy: str, *, https: bool) -> dict[str, str]:
    """Every answer carries these, unless a route set its own."""
    found = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    return found | ({"strict-transport-security": "max-age=31536000; includeSubDomains"} if https else {})
