"""A strict reader of hledger's journals, after its manual (https://hledger.org/hledger.html#journal): as much of the
language as is written here, held to what `hledger check --strict` asks for. Anything else is a ValueError."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HEAD = re.compile(r"(?:;.*|decimal-mark \.|)")
COMMODITY = re.compile(r"commodity 1000\.(0*) ([A-Z]{3})")
ACCOUNT = re.compile(r"account ((?:[A-Z0-9][A-Za-z0-9-]*)(?::[A-Z0-9][A-Za-z0-9-]*)+)")
FIRST = re.compile(r"(\d{4}-\d{2}-\d{2}) \* \(([^()]+)\)(?: ([^;|]*))?(?:\| ([^;|]*))?")
# Two spaces at least between an account and its amount: with one, the amount belongs to the name.
POSTING = re.compile(r"    (\S+(?: \S+)*)  +(-?[\d.]+ [A-Z]{3})(?: @@ ([\d.]+ [A-Z]{3}))?(?:  ; bill:(\S+))?")
AMOUNT = re.compile(r"(-?\d+(?:\.(\d+))?) ([A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Read:
    """A transaction as it was read back; postings are account, amount, commodity, bill."""

    on: date
    payee: str
    words: str
    code: str
    postings: tuple[tuple[str, Decimal, str, str], ...]


def read_hledger(text: str) -> list[Read]:
    """Every transaction, in the order of the file."""
    decimals: dict[str, int] = {}
    accounts: set[str] = set()
    found: list[Read] = []
    for block in text.rstrip("\n").split("\n\n"):
        lines = block.split("\n")
        if FIRST.fullmatch(lines[0]):
            found.append(_transaction(lines, decimals, accounts))
            continue
        for line in lines:
            if commodity := COMMODITY.fullmatch(line):
                decimals[commodity[2]] = len(commodity[1])
            elif account := ACCOUNT.fullmatch(line):
                accounts.add(account[1])
            elif not HEAD.fullmatch(line):
                raise ValueError(f"not a directive: {line}")
    return found


def _transaction(lines: list[str], decimals: dict[str, int], accounts: set[str]) -> Read:
    first = FIRST.fullmatch(lines[0])
    sums: dict[str, Decimal] = defaultdict(Decimal)
    postings = []
    for line in lines[1:]:
        posting = POSTING.fullmatch(line)
        if posting is None or posting[1] not in accounts:
            raise ValueError(f"not a posting to a declared account: {line}")
        amount, commodity = _amount(posting[2], decimals)
        worth, in_commodity = _amount(posting[3], decimals) if posting[3] else (abs(amount), commodity)
        sums[in_commodity] += worth.copy_sign(amount)
        postings.append((posting[1], amount, commodity, posting[4] or ""))
    if not postings or any(sums.values()):
        raise ValueError(f"does not balance: {lines[0]}")
    payee, words = (first[3] or "").strip(), (first[4] or "").strip()
    return Read(date.fromisoformat(first[1]), payee, words, first[2], tuple(postings))


def _amount(words: str, decimals: dict[str, int]) -> tuple[Decimal, str]:
    """With as many decimals as its commodity was declared with."""
    found = AMOUNT.fullmatch(words)
    if found is None or decimals.get(found[3]) != len(found[2] or ""):
        raise ValueError(f"not an amount of a declared commodity: {words}")
    return Decimal(found[1]), found[3]
