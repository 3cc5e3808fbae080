"""Where a request comes from: the address that may be believed, and its neighborhood. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+")


def client_address(peer: str, forwarded: Sequence[str], hops: int) -> str:
    """The address of whoever asks: the peer, or what the nearest `hops` proxies wrote into X-Forwarded-For.

    Each proxy adds the address it was asked from at the end, so from the end we read back exactly as many steps as there
    are proxies of our own. Whatever stands before that was typed by the client, and a word that is no address ends the
    chain: the last address before it is the one a proxy of ours has seen.
    """
    known = _address(peer)
    said = ",".join(forwarded[-20:])[-2000:].split(",") if hops and forwarded else []
    for word in list(reversed(said))[:hops]:
        address = _address(word)
        if address is None:
            break
        known = address
    return str(known) if known else ""


def address_block(address: str) -> str:
    """The neighborhood of an address: /24 of IPv4, /48 of IPv6, so that one person cannot be many. Nothing when it is none."""
    known = _address(address)
    if known is None:
        return ""
    return str(ip_network((known, 24 if known.version == 4 else 48), strict=False))


def _address(text: str) -> Address | None:
    word = text.strip()[:64]
    if with_port := _WITH_PORT.fullmatch(word):
        word = with_port[1] or with_port[2]
    try:
        found = ip_address(word.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
