"""A journal as plain text, for hledger or for beancount: the same transactions are the same bytes. Pure.

Nothing a person typed can end a line, a string or a description early: beancount reads it back as it was; hledger knows
no escapes, so there `;` becomes a comma and `|` a slash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from portal_app.core.money import exponent
from portal_app.core.words import one_line
from portal_app.domain.billing.journal import Posting, Transaction

WIDE = 44


class Form(StrEnum):
    """Whose language it is written in."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


def written(title: str, transactions: Sequence[Transaction], form: Form) -> str:
    """The whole file. Accounts are opened on the first day they are used."""
    if form is Form.BEANCOUNT:
        blocks = [_beancount_head(title, transactions), *(_beancount(each) for each in transactions)]
    else:
        blocks = [_hledger_head(title, transactions), *(_hledger(each) for each in transactions)]
    return "\n\n".join(blocks) + "\n"


def reference(words: str) -> str:
    """The name of something elsewhere, in letters that both take as a link or a code."""
    return re.sub(r"[^A-Za-z0-9_./-]+", "-", words).strip("-") or "none"


def _opened(transactions: Sequence[Transaction]) -> dict[str, date]:
    opened: dict[str, date] = {}
    for each in transactions:
        for posting in each.postings:
            opened[posting.account] = min(each.on, opened.get(posting.account, each.on))
    return dict(sorted(opened.items()))


def _currencies(transactions: Sequence[Transaction]) -> list[str]:
    used = {posting.currency for each in transactions for posting in each.postings}
    return sorted({each.currency for each in transactions} | used - {""})


def _amount(cents: int, currency: str) -> str:
    """With all the decimals the currency is counted in, so that no tool has to guess where they begin."""
    digits = exponent(currency)
    whole, rest = divmod(abs(cents), 10**digits)
    return f"{'-' if cents < 0 else ''}{whole}{f'.{rest:0{digits}d}' if digits else ''} {currency}"


def _posting(posting: Posting, currency: str, indent: str) -> str:
    words = _amount(posting.cents, posting.currency or currency)
    worth = f" @@ {_amount(abs(posting.worth_cents), currency)}" if posting.currency else ""
    return f"{indent}{posting.account:<{WIDE}}  {words:>18}{worth}"


def _beancount_head(title: str, transactions: Sequence[Transaction]) -> str:
    options = [f'option "title" {_quoted(title)}']
    for each in _currencies(transactions):
        options.append(f'option "operating_currency" "{each}"')
        if not exponent(each):  # what was changed at a rate is a fraction away, and beancount forgives whole numbers none
            options.append(f'option "inferred_tolerance_default" "{each}:0.0001"')
    opened = [f"{on} open {account}" for account, on in _opened(transactions).items()]
    return "\n".join([*options, "", *opened]).rstrip()


def _beancount(each: Transaction) -> str:
    lines = [f"{each.on} * {_quoted(each.payee)} {_quoted(each.words)} ^{reference(each.ref)}"]
    for posting in each.postings:
        lines.append(_posting(posting, each.currency, "  "))
        if posting.bill:
            lines.append(f'    bill: "{reference(posting.bill)}"')
    return "\n".join(lines)


def _quoted(words: str) -> str:
    plain = one_line(words).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def _hledger_head(title: str, transactions: Sequence[Transaction]) -> str:
    """A sample of each currency says how many decimals it has: 1.230 must never be read as a thousand."""
    commodities = [f"commodity 1000.{'0' * exponent(each)} {each}" for each in _currencies(transactions)]
    accounts = [f"account {account}" for account in _opened(transactions)]
    return "\n".join([f"; {one_line(title)}", "decimal-mark .", "", *commodities, "", *accounts]).rstrip()


def _hledger(each: Transaction) -> str:
    words = " | ".join(filter(None, (_plain(each.payee), _plain(each.words))))
    lines = [f"{each.on} * ({reference(each.ref)}) {words}".rstrip()]
    for posting in each.postings:
        bill = f"  ; bill:{reference(posting.bill)}" if posting.bill else ""
        lines.append(_posting(posting, each.currency, "    ") + bill)
    return "\n".join(lines)


def _plain(words: str) -> str:
    return one_line(words).replace(";", ",").replace("|", "/")
