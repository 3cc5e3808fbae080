"""The PDF of an invoice: the same bytes every time, for whoever may have it, whatever is written on it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app import entrance, wiring
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.typst_printer import TypstPrinter
from portal_app.core.clock import utc_now
from portal_app.core.tokens import fingerprint, new_token
from portal_app.core.viewer import Viewer
from portal_app.db import Database
from portal_app.domain.billing import invoicing
from portal_app.domain.billing.invoicing import TypedLine
from portal_app.domain.billing.keeping import DraftHasNoPaper, keep_paper
from portal_app.domain.billing.models import PaymentPolicy
from portal_app.domain.billing.papers import invoice_paper, sheet_of
from portal_app.domain.billing.printing import Paper
from portal_app.domain.identity.models import SignInSession
from portal_app.settings import read_settings
from portal_app.web.api import make_api
from tests.integration.payments.office import SEAL, Office

pytestmark = pytest.mark.proof("payments-07")

PRINTER = TypstPrinter()


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "store")


@pytest.fixture
def api(database: Database, store: DiskStore, tmp_path: Path) -> Iterator[Starlette]:
    settings = read_settings({"PORTAL_DATA_DIR": str(tmp_path)})
    with ThreadPoolExecutor(4) as executor:
        made = wiring.Wiring(settings, database, store, SimpleNamespace(), SimpleNamespace(), executor, printer=PRINTER)
        wiring.use(made)
        entrance.forget_studios()
        yield make_api()
        wiring.use(None)
        entrance.forget_studios()


def browser(api: Starlette, office: Office, by: Viewer | None, host: str = "localhost") -> TestClient:
    if by is None:
        return TestClient(api, base_url=f"http://{host}", follow_redirects=False)
    token, now = new_token(), utc_now()
    with office.database.unit_of_work() as db:
        db.add(
            SignInSession(
                studio_id=by.studio_id, account_id=by.account_id, token_hash=fingerprint(token), created_at=now, seen_at=now,
                ends_at=now.replace(year=now.year + 1),
            )
        )  # fmt: skip
    return TestClient(api, base_url=f"http://{host}", cookies={"foyer": token}, follow_redirects=False)


def address_of(office: Office, invoice: str) -> str:
    with office.database.reading() as db:
        return invoicing.address_of(db, office.cast.olive, invoice, SEAL)


def test_a_second_download_is_the_same_bytes_also_from_another_printer(
    office: Office, api: Starlette, store: DiskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.order()
    invoice = office.draft()
    office.finalize(invoice)
    carl = browser(api, office, office.cast.carl)
    first = carl.get(f"/pdf/invoice/{invoice}")
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"].startswith('attachment; filename="Invoice 0001.pdf"')
    again = TypstPrinter().pdf(invoice_paper(office.page(invoice)))
    monkeypatch.setattr(wiring.current(), "printer", None)
    office.pay(1001, 38_900)
    second = carl.get(f"/pdf/invoice/{invoice}")
    assert first.content == second.content == again
    assert carl.get(f"/pdf/invoice/{invoice}", headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_the_paper_is_tagged_carries_its_fonts_and_only_the_day_it_was_finalized(office: Office) -> None:
    office.order()
    invoice = office.draft()
    office.finalize(invoice)
    content = PRINTER.pdf(invoice_paper(office.page(invoice)))
    assert b"/StructTreeRoot" in content
    assert b"/FontFile" in content
    assert b"pdfuaid:part" in content or b"pdfuaid:part" in _unpacked(content)
    assert set(re.findall(rb"D:(\d{8})", content)) == {b"20261123"}


def test_a_new_memo_is_printed_and_a_void_invoice_keeps_its_paper(office: Office, api: Starlette, store: DiskStore) -> None:
    office.order()
    invoice = office.draft()
    office.finalize(invoice)
    olive = browser(api, office, office.cast.olive)
    before = olive.get(f"/pdf/invoice/{invoice}").content
    office.do(invoicing.save_words, office.cast.olive, invoice, "Thank you", "")
    after = olive.get(f"/pdf/invoice/{invoice}").content
    assert before != after
    office.do(invoicing.void_invoice, office.cast.olive, invoice, "Wrong")
    assert olive.get(f"/pdf/invoice/{invoice}").content == after


def test_who_gets_the_paper(office: Office, api: Starlette) -> None:
    invoice = office.alone()
    browsers = {name: browser(api, office, getattr(office.cast, name)) for name in ("olive", "pia", "carl", "tess")}
    assert browsers["olive"].get(f"/pdf/invoice/{invoice}").status_code == 409
    assert browsers["carl"].get(f"/pdf/invoice/{invoice}").status_code == 404
    secret = address_of(office, invoice)
    nobody = browser(api, office, None)
    assert nobody.get(f"{secret}/pdf").status_code == 404
    office.finalize(invoice)
    answers = {name: client.get(f"/pdf/invoice/{invoice}").status_code for name, client in browsers.items()}
    assert answers == {"olive": 200, "carl": 200, "pia": 404, "tess": 404}
    assert nobody.get(f"/pdf/invoice/{invoice}").status_code == 404
    assert nobody.get(f"{secret}/pdf").content == browsers["carl"].get(f"/pdf/invoice/{invoice}").content
    assert nobody.get(f"{secret[:-1]}/pdf").status_code == 404
    assert browser(api, office, None, "bluebird.localhost").get(f"{secret}/pdf").status_code == 404
    omar = browser(api, office, office.cast.omar, "bluebird.localhost")
    assert omar.get(f"/pdf/invoice/{invoice}").status_code == 404


def test_many_who_ask_at_once_get_one_paper(office: Office, store: DiskStore) -> None:
    office.finalize(invoice := office.alone())
    unit_of_work = office.database.unit_of_work
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(keep_paper, unit_of_work, PRINTER, store, office.cast.carl, invoice) for _ in range(12)]
    assert len({each.result().digest for each in asked}) == 1


def test_a_memo_written_while_the_page_is_made_is_on_it(office: Office, store: DiskStore) -> None:
    office.finalize(invoice := office.alone())

    class Slow:
        printed: list[Paper]

        def __init__(self) -> None:
            self.printed = []

        def pdf(self, paper: Paper) -> bytes:
            self.printed.append(paper)
            if len(self.printed) == 1:
                office.do(invoicing.save_words, office.cast.olive, invoice, "Just now", "")
            return PRINTER.pdf(paper)

    slow = Slow()
    keep_paper(office.database.unit_of_work, slow, store, office.cast.carl, invoice)
    assert [[label for label, _ in paper.notes] for paper in slow.printed] == [[], ["Note"]]


def test_a_draft_has_no_paper(office: Office, store: DiskStore) -> None:
    with pytest.raises(DraftHasNoPaper):
        keep_paper(office.database.unit_of_work, PRINTER, store, office.cast.olive, office.alone())


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        "#panic(1) $x^2$ *b* _i_ `c` @ref <tag> // x",
        "\\ #{ } [ ] \" ' ~ --- \u202e",
        "東京 عربي 🏠",
        "x" * 80,
    ],
)
def test_what_is_written_on_it_is_printed_and_never_run(office: Office, name: str) -> None:
    office.finalize(invoice := office.alone(TypedLine(name, name, price="5")))
    office.do(invoicing.save_words, office.cast.olive, invoice, name, "")
    assert PRINTER.pdf(invoice_paper(office.page(invoice))).startswith(b"%PDF-")


def test_the_paper_says_what_the_studio_wants_said(office: Office) -> None:
    with office.database.unit_of_work() as db:
        db.add(
            PaymentPolicy(
                studio_id=office.cast.harbor, invoice_prefix="HL-", next_invoice_number=42, tax_id="12-3456789",
                payable_to="Harbor Light", invoice_memo="Thank you", invoice_due_days=30,
            )
        )  # fmt: skip
    office.charge(office.order(), "discount", "AUTUMN10", 3_890)
    invoice = office.draft()
    assert office.finalize(invoice) == "HL-0042"
    paper = invoice_paper(office.page(invoice))
    assert paper.title == "Invoice HL-0042"
    assert paper.sums == (("Subtotal", "$389.00"), ("AUTUMN10", "−$38.90"), ("Total USD", "$350.10"))
    assert dict(paper.facts)["Due"] == "23 Dec 2026"
    assert paper.notes == (("Note", "Thank you"), ("How to pay", "Harbor Light"))
    assert "Tax ID 12-3456789" in paper.issuer
    assert (paper.at, paper.sheet) == (datetime(2026, 11, 23, 17, tzinfo=UTC), "us-letter")


@pytest.mark.proof("payments-11")
@pytest.mark.parametrize(("currency", "words"), [("JPY", "¥5,000"), ("KWD", "KWD 5.000"), ("EUR", "€50.00")])
def test_an_amount_is_printed_in_its_currency(office: Office, currency: str, words: str) -> None:
    office.finalize(invoice := office.alone(TypedLine("Album", price="50")))
    page = office.page(invoice)
    paper = invoice_paper(replace(page, row=replace(page.row, currency=currency)))
    assert paper.sums[-1] == (f"Total {currency}", words)


def test_paper_sizes() -> None:
    assert [sheet_of(zone) for zone in ("America/Los_Angeles", "Europe/Madrid", "Asia/Tokyo")] == ["us-letter", "a4", "a4"]


def _unpacked(content: bytes) -> bytes:
    """What lies compressed in its streams."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"".join(found)
