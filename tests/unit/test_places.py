"""Whose address is believed, and what counts as one neighborhood."""

from __future__ import annotations

import pytest

from portal_app.domain.identity.places import address_block, client_address

pytestmark = pytest.mark.proof("identity-08")

PROXY = "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "is_from"),
    [
        ("203.0.113.7", [], 0, "203.0.113.7"),
        ("203.0.113.7", ["9.9.9.9"], 0, "203.0.113.7"),
        (PROXY, [], 1, PROXY),
        (PROXY, ["203.0.113.7"], 1, "203.0.113.7"),
        (PROXY, ["9.9.9.9, 203.0.113.7"], 1, "203.0.113.7"),
        (PROXY, ["9.9.9.9", "8.8.8.8, 203.0.113.7"], 1, "203.0.113.7"),
        (PROXY, ["9.9.9.9, 203.0.113.7, 10.0.0.2"], 2, "203.0.113.7"),
        (PROXY, ["203.0.113.7"], 2, "203.0.113.7"),
        (PROXY, ["9.9.9.9, not an address"], 1, PROXY),
        (PROXY, ["9.9.9.9, <script>, 10.0.0.2"], 2, "10.0.0.2"),
        (PROXY, ["9.9.9.9,"], 1, PROXY),
        (PROXY, ["203.0.113.7:51234"], 1, "203.0.113.7"),
        (PROXY, ["[2001:db8::7]:443"], 1, "2001:db8::7"),
        (PROXY, ["::ffff:203.0.113.7"], 1, "203.0.113.7"),
        (PROXY, ["fe80::1%eth0"], 1, "fe80::1"),
        (PROXY, ["1.1.1.1, " * 5000 + "203.0.113.7"], 1, "203.0.113.7"),
        ("", ["203.0.113.7"], 1, "203.0.113.7"),
        ("", [], 1, ""),
        ("testclient", [], 0, ""),
    ],
)
def test_forwarded_addresses_are_read_back_as_many_steps_as_there_are_proxies(peer, forwarded, hops, is_from):
    assert client_address(peer, forwarded, hops) == is_from


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.250", "203.0.113.0/24"),
        ("203.0.114.7", "203.0.114.0/24"),
        ("2001:db8:5:1::7", "2001:db8:5::/48"),
        ("2001:db8:5:ffff::9", "2001:db8:5::/48"),
        ("2001:db8::1", "2001:db8::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_a_neighborhood_counts_as_one(address, block):
    assert address_block(address) == block
