"""The tables of docs/algorithms/journal.md, run row by row, and what holds for every journal there is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Open
from beancount.core.data import Transaction as Loaded
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_app.core.words import one_line
from portal_app.domain.billing.books import HOSTED
from portal_app.domain.billing.gateway import Payout, PayoutLine
from portal_app.domain.billing.journal import (
    SOLD,
    Credited,
    Heard,
    Moved,
    Posting,
    Sale,
    SoldLine,
    Transaction,
    heard_of,
    in_order,
    money_of,
    payouts_of,
    sales_of,
)
from portal_app.domain.billing.journal_text import Form, written
from portal_app.domain.billing.kinds import EntryKind, Method, Mode
from portal_app.domain.billing.printed import LINE
from portal_app.domain.billing.statements import KIND_WORDS
from portal_app.domain.catalog.pricing import ChargeKind
from tests.journal_reader import Read, read_hledger

pytestmark = pytest.mark.proof("payments-12")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "journal.md"
DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def table(title: str) -> list[dict[str, str]]:
    """The rows of the table under a heading, by their column."""
    text = PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def rows(title: str) -> list:
    return [pytest.param(row, id=row["case"]) for row in table(title)]


def parts(words: str) -> list[str]:
    return [part for part in words.split(", ") if part]


def said(transactions: list[Transaction]) -> str:
    """The postings of one transaction as the tables say them."""
    kept = in_order(transactions)
    assert len(kept) <= 1
    return ", ".join(f"{posting.account} {posting.cents}{priced(posting)}" for each in kept for posting in each.postings)


def priced(posting: Posting) -> str:
    return f" {posting.currency} @@ {abs(posting.worth_cents)}" if posting.currency else ""


def sold_line(words: str) -> SoldLine:
    kind, name, cents = re.fullmatch(r"(\w+) ?(.*?) (-?\d+)", words).groups()
    return SoldLine(kind, name, int(cents))


@pytest.mark.parametrize("row", rows("When something is sold"))
def test_what_is_sold(row: dict[str, str]) -> None:
    lines = tuple(map(sold_line, parts(row["lines"])))
    sale = Sale(DAY, "Carl", "Invoice 0001", "invoice-0001", "order-1001", "USD", int(row["total"]), lines)
    assert said(sales_of([sale])) == row["→ postings"]


def moved(kind: str, cents: int, method: str = "card", mode: str = "live", *, ref: str = "pi_1", **more: object) -> Moved:
    bill = "" if kind == "unallocated" else "order-1001"
    usual = {"at": NOW, "on": DAY, "payee": "Carl", "words": kind, "bill": bill, "currency": "USD", "is_hosted": True}
    return Moved(kind=kind, method=method, mode=mode, ref=ref, cents=cents, **usual | more)


def credited(cents: int, **more: object) -> Credited:
    usual = {"at": NOW, "on": DAY, "payee": "Carl", "words": "Credit given", "ref": "pi_1", "currency": "USD"}
    return Credited(cents=cents, **usual | more)


@pytest.mark.parametrize("row", rows("Where money is"))
def test_where_money_is(row: dict[str, str]) -> None:
    amounts = zip(row["kind"].split(" + "), parts(row["cents"]), strict=True)
    moves, credits_ = [], []
    for kind, cents in amounts:
        if kind == "given":
            credits_.append(credited(int(cents)))
        else:
            moves.append(moved(kind, int(cents), row["method"], row["mode"], is_hosted=row["hosted"] == "yes"))
    assert sorted(parts(said(money_of(moves, credits_)))) == sorted(parts(row["→ postings"]))


def payout_line(words: str, place: int) -> tuple[PayoutLine, Heard]:
    kind, cents, fee, ours, currency, charged = re.fullmatch(
        r"(\w+) (-?\d+)(?: fee (\d+))?(?: (ours)(?: in ([A-Z]{3}) (-?\d+))?)?", words
    ).groups()
    line = PayoutLine(f"ch_{place}", kind, int(cents), int(fee or 0), f"pi_{place}")
    return line, {(f"pi_{place}", int(cents) > 0): (currency or "USD", int(charged or cents))} if ours else {}


@pytest.mark.parametrize("row", rows("What reaches the bank"))
def test_what_reaches_the_bank(row: dict[str, str]) -> None:
    read = [payout_line(words, place) for place, words in enumerate(parts(row["lines"]))]
    heard = {key: moved for _, each in read for key, moved in each.items()}
    payout = Payout("po_1", DAY, int(row["amount"]), "USD", tuple(line for line, _ in read))
    assert sorted(parts(said(payouts_of([payout], Mode.LIVE, heard)))) == sorted(parts(row["→ postings"]))
    for_test = parts(said(payouts_of([payout], Mode.TEST, heard)))
    assert sorted(for_test) == sorted(parts(row["→ postings"].replace("Assets:", "Assets:Test:")))


def test_what_was_heard_of_is_what_went_through_the_clearing_account_by_direction() -> None:
    later = NOW + timedelta(hours=1)
    moves = [
        moved("payment", 100), moved("payment", 200, bill="order-1002"), moved("unallocated", 70, ref="pi_2", currency="JPY"),
        moved("unallocated", -70, ref="pi_2", at=later, currency="JPY"), moved("payment", 70, ref="pi_2", at=later, currency="JPY"),
        moved("dispute", -300, ref="du_1"), moved("dispute_won", 300, ref="du_1", at=later), moved("payment", 5, "cash", ref="c", is_hosted=False),
        moved("payment", 9, mode="test", ref="pi_t"),
    ]  # fmt: skip
    assert heard_of(money_of(moves, []), Mode.LIVE) == {
        ("pi_1", True): ("USD", 300), ("pi_2", True): ("JPY", 70), ("du_1", False): ("USD", -300), ("du_1", True): ("USD", 300),
    }  # fmt: skip


def test_a_refund_nobody_told_us_of_yet_is_still_ours() -> None:
    payout = Payout("po_1", DAY, -500, "USD", (PayoutLine("re_1", "refund", -500, 0, "pi_1"),))
    assert said(payouts_of([payout], Mode.LIVE, {("pi_1", True): ("USD", 900)})) == "Assets:Bank -500, Assets:Stripe 500"


def test_one_payment_for_several_bills_is_one_transaction_that_names_each() -> None:
    found = money_of([moved("payment", 100), moved("payment", 200, bill="order-1002")], [])
    assert [posting.bill for each in found for posting in each.postings] == ["", "order-1001", "order-1002"]
    assert len(money_of([moved("payment", 100), moved("payment", 200, ref="pi_2")], [])) == 2
    assert len(money_of([moved("payment", 100), moved("refund", -100, at=NOW + timedelta(seconds=1))], [])) == 2


def test_everything_that_can_be_sold_or_moved_has_an_account() -> None:
    assert {*ChargeKind, LINE} - {ChargeKind.TAX} == set(SOLD)
    for kind in EntryKind:
        assert kind == EntryKind.UNALLOCATED or KIND_WORDS[kind]
        for method in Method:
            assert len(money_of([moved(kind, 5, method, is_hosted=method in HOSTED)], [])[0].postings) == 2


def test_both_ends_of_the_days_count_and_one_day_keeps_its_order() -> None:
    days = [Sale(DAY + timedelta(days=n), "", str(n), "r", "b", "USD", 1, (SoldLine("line", "x", 1),)) for n in (2, 0, 1, 0)]
    found = sales_of(days)
    assert [each.words for each in in_order(found)] == ["0", "0", "1", "2"]
    assert [each.on for each in in_order(found, DAY + timedelta(days=1), DAY + timedelta(days=1))] == [DAY + timedelta(days=1)]


# Everything that could end a line, a string, a description or an amount early, and letters of all kinds.
words = st.text(max_size=30) | st.text(alphabet='"\\;|()*!=@{}[]:, \n\r\t\x85\u2028\u202e%#^~é消-0', max_size=30)
cents = st.integers(-(10**9), 10**9)
currencies = st.sampled_from(["USD", "JPY", "KWD", "ISK"])
sale = st.builds(
    Sale,
    st.dates(DAY, DAY + timedelta(days=40)), words, words, words, words, currencies, cents,
    st.lists(st.builds(SoldLine, st.sampled_from(["line", "discount", "fee", "travel", "late", "tip", "tax"]), words, cents), max_size=5).map(tuple),
)  # fmt: skip
move = st.builds(
    Moved, st.just(NOW), st.just(DAY), words, words, st.sampled_from(["pi_1", "pi_2"]) | words, words, currencies,
    st.sampled_from(list(EntryKind)), st.sampled_from(list(Method)), st.sampled_from(list(Mode)), st.just(True), cents,
)  # fmt: skip
credit = st.builds(Credited, st.just(NOW), st.just(DAY), words, words, words, currencies, cents)
payout = st.builds(
    Payout, words, st.dates(DAY, DAY + timedelta(days=40)), cents, currencies,
    st.lists(st.builds(PayoutLine, words, st.sampled_from(["charge", "refund", "fee", "topup"]), cents, cents, st.sampled_from(["pi_1", "pi_2", ""])), max_size=4).map(tuple),
)  # fmt: skip


HEARD = {("pi_1", True): ("USD", 5), ("pi_1", False): ("KWD", -7), ("pi_2", True): ("JPY", 9)}


@settings(deadline=None)
@given(st.lists(sale, max_size=4), st.lists(move, max_size=4), st.lists(credit, max_size=3), st.lists(payout, max_size=3))
def test_every_transaction_is_zero_and_both_languages_read_back_what_was_written(
    sales: list[Sale], moves: list[Moved], credits_: list[Credited], payouts: list[Payout]
) -> None:
    found = in_order([*sales_of(sales), *money_of(moves, credits_), *payouts_of(payouts, Mode.LIVE, HEARD)])
    for each in found:
        assert sum(posting.weight for posting in each.postings) == 0
        assert len(each.postings) > 1
    plain = [[(posting.account, posting.cents, posting.currency or each.currency) for posting in each.postings] for each in found]
    for form, read in ((Form.BEANCOUNT, read_beancount), (Form.HLEDGER, read_hledger)):
        text = written('Harbor "Light" \\ ; | \n2026-01-01 * x', found, form)
        assert text == written('Harbor "Light" \\ ; | \n2026-01-01 * x', list(found), form)
        back = read(text)
        assert [each.on for each in back] == [each.on for each in found]
        assert [
            [(account, in_minor(amount, currency), currency) for account, amount, currency, _ in each.postings] for each in back
        ] == plain
        if form is Form.BEANCOUNT:
            assert [(each.payee, each.words) for each in back] == [(one_line(each.payee), one_line(each.words)) for each in found]


def in_minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb({"JPY": 0, "KWD": 3}.get(currency, 2)))


def read_beancount(text: str) -> list[Read]:
    """By beancount's own parser, with all of its checks."""
    entries, errors, options = loader.load_string(text)
    assert errors == []
    assert options["title"] == one_line('Harbor "Light" \\ ; | \n2026-01-01 * x')
    assert all(isinstance(entry, Open | Loaded) for entry in entries)
    by_line = sorted((entry for entry in entries if isinstance(entry, Loaded)), key=lambda entry: entry.meta["lineno"])
    return [
        Read(
            entry.date,
            entry.payee,
            entry.narration,
            "",
            tuple((p.account, p.units.number, p.units.currency, "") for p in entry.postings),
        )
        for entry in by_line
    ]


def test_hostile_words_end_nothing_early() -> None:
    hostile = 'Carl "the\\" ; bill:x | (y)\n2026-01-01 * "x"'
    one = Transaction(DAY, hostile, hostile, hostile, "USD", (Posting("Assets:Bank", 5, hostile), Posting("Assets:Cash", -5)))
    for form in Form:
        text = written(hostile, [one], form)
        assert sum(line.startswith("2026") for line in text.splitlines()) == (3 if form is Form.BEANCOUNT else 1)
    [back] = read_hledger(written("x", [one], Form.HLEDGER))
    assert back.postings[0] == ("Assets:Bank", Decimal("0.05"), "USD", "Carl-the-bill-x-y-2026-01-01-x")
    assert back.payee == 'Carl "the\\" , bill:x / (y) 2026-01-01 * "x"'


@pytest.mark.parametrize(
    "wrong",
    [
        "2026-11-23 * (a) x\n    Assets:Bank  1.00 USD\n    Assets:Cash  -1.01 USD",
        "2026-11-23 * (a) x\n    Assets:Bank 1.00 USD\n    Assets:Cash  -1.00 USD",
        "2026-11-23 * (a) x\n    Assets:Bank  1.0 USD\n    Assets:Cash  -1.0 USD",
        "2026-11-23 * (a) x\n    Assets:Other  1.00 USD\n    Assets:Cash  -1.00 USD",
        "2026-11-23 * (a) x\n    Assets:Bank  1 JPY\n    Assets:Cash  -1 JPY",
        "2026-11-23 * (a) x\nAssets:Bank  1.00 USD",
        "2026-13-23 * (a) x\n    Assets:Bank  1.00 USD\n    Assets:Cash  -1.00 USD",
        "2026-11-23 * (a) x\n    Assets:Bank  1.00 USD",
    ],
)
def test_the_reader_of_hledger_is_strict(wrong: str) -> None:
    head = "; x\ndecimal-mark .\n\ncommodity 1000.00 USD\n\naccount Assets:Bank\naccount Assets:Cash\n\n"
    right = "2026-11-23 * (a) x\n    Assets:Bank  1.00 USD\n    Assets:Cash  -1.00 USD"
    assert len(read_hledger(f"{head}{right}\n")) == 1
    with pytest.raises(ValueError):
        read_hledger(f"{head}{wrong}\n")
