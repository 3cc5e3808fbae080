"""The port to passkeys: what a device is asked, and what its answer proves. WebAuthn itself is an adapter's business."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from portal_app.core.errors import Problem

Options = dict[str, Any]
Answer = Mapping[str, Any]
"""What the browser sends: JSON, anything may be in it."""


class PasskeyRefused(Problem):
    """One sentence for every reason: a stranger learns nothing about which passkeys are known."""

    sentence = "That passkey was not accepted. Try again, or sign in another way."
    status = 422


@dataclass(frozen=True, slots=True)
class Party:
    """Whose door a passkey opens: the host name of the studio's own address, and the one origin that may ask."""

    id: str
    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who gets a passkey. `handle` is what the device keeps of the account: it says nothing to anybody else."""

    handle: bytes
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Credential:
    """A fresh passkey: what must be kept to know it again."""

    id: str
    public_key: bytes
    sign_count: int


class Authenticators(Protocol):
    """Every method raises PasskeyRefused for what does not hold."""

    def to_add(self, party: Party, holder: Holder, challenge: bytes, known: Sequence[str]) -> Options:
        """What the browser is given to make a passkey; `known` are those the holder has."""
        ...

    def to_enter(self, party: Party, challenge: bytes) -> Options:
        """What the browser is given to sign in with any passkey it has for this party."""
        ...

    def challenge_in(self, answer: Answer) -> bytes:
        """The question that was answered. Nothing is proven by it yet."""
        ...

    def credential_in(self, answer: Answer) -> str:
        """The id of the passkey that claims to answer. Nothing is proven by it yet."""
        ...

    def added(self, party: Party, answer: Answer, challenge: bytes) -> Credential:
        """The new passkey, once the answer fits party, origin and question and the device has checked its person."""
        ...

    def entered(self, party: Party, answer: Answer, challenge: bytes, public_key: bytes, handle: bytes) -> int:
        """The device's count of uses, once its signature fits as well, and it keeps this holder's handle."""
        ...


def party_of(studio_name: str, address: str) -> Party:
    """From the studio's configured address, never from what a request says about itself."""
    split = urlsplit(address)
    return Party(split.hostname or "", studio_name, f"{split.scheme}://{split.netloc}")


def handle_of(studio_id: int, account_id: int) -> bytes:
    """Always the same for one account, so that a device offers one passkey for it and not ten."""
    return hashlib.sha256(f"foyer passkey {studio_id} {account_id}".encode()).digest()
