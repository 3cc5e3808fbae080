"""Where a try comes from, and the address somebody signs in with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal_app.core.errors import InvalidInput
from portal_app.domain.identity.places import address_block

# What a mail header carries as it stands (RFC 5322 atoms): quotes, commas and brackets would make another address of it.
_ATOM, _LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a try comes from: the peer's address and what its browser calls itself."""

    address: str = ""
    device: str = ""

    @property
    def block(self) -> str:
        return address_block(self.address)


def email_key(email: str) -> str:
    """The address as it is compared: trimmed, lower case. Raises InvalidInput for what no mail could be sent to."""
    key = email.strip().lower()
    if not ADDRESS.fullmatch(key) or len(key) > 254:
        raise InvalidInput("email", "This does not look like an email address. Check for a missing part.")
    return key
