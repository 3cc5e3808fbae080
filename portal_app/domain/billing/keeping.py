"""The PDF of an invoice: printed once, kept in the store, the same bytes on every download."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlmodel import Session

from portal_app.core.errors import Conflict, NotFound
from portal_app.core.viewer import Viewer
from portal_app.domain.billing.invoices import page_of, visible
from portal_app.domain.billing.models import Invoice, InvoiceStatus
from portal_app.domain.billing.papers import invoice_paper
from portal_app.domain.billing.printing import Paper, Printer
from portal_app.domain.media.store import Store
from portal_app.domain.units import UnitOfWork

ROUNDS = 5


class DraftHasNoPaper(Conflict):
    """A PDF of what still changes would be believed."""

    sentence = "This is a draft. Finalize it, then it has a PDF."


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """Where the PDF of an invoice lies, and what it is called."""

    digest: str
    name: str


def kept_paper(db: Session, by: Viewer, public_id: str) -> KeptPaper:
    """Where its PDF lies; the digest is empty when it must be printed first. Raises NotFound, DraftHasNoPaper."""
    return _seen(db, by, public_id)[0]


def held_paper(db: Session, by: Viewer) -> tuple[str, KeptPaper]:
    """The same for who came by an invoice's secret address, with the invoice's public id. Raises NotFound."""
    public_id = db.exec(visible(by).where(Invoice.id == (by.invoice_id or 0)).with_only_columns(Invoice.public_id)).first()
    if public_id is None:
        raise NotFound
    return public_id, kept_paper(db, by, public_id)


def keep_paper(unit_of_work: UnitOfWork, printer: Printer, store: Store, by: Viewer, public_id: str) -> KeptPaper:
    """Print the invoice unless that is done, and keep the bytes. Raises NotFound, DraftHasNoPaper.

    The page is made with no transaction open. If the memo changed meanwhile, what was printed is dropped and made anew.
    """
    for _ in range(ROUNDS):
        with unit_of_work() as db:
            kept, paper = _seen(db, by, public_id)
        if kept.digest:
            return kept
        content = printer.pdf(paper)
        digest = hashlib.sha256(content).hexdigest()
        store.add_bytes(content, digest)
        with unit_of_work() as db:
            if _keep(db, by, public_id, paper, digest):
                return KeptPaper(digest, kept.name)
    raise Conflict


def _keep(db: Session, by: Viewer, public_id: str, printed: Paper, digest: str) -> bool:
    db.exec(visible(by).where(Invoice.public_id == public_id).with_for_update()).first()
    kept, paper = _seen(db, by, public_id)
    if paper != printed:
        return False
    invoice = db.exec(visible(by).where(Invoice.public_id == public_id)).one()
    invoice.pdf_digest = kept.digest or digest
    db.add(invoice)
    db.flush()
    return True


def _seen(db: Session, by: Viewer, public_id: str) -> tuple[KeptPaper, Paper]:
    invoice = db.exec(visible(by).where(Invoice.public_id == public_id)).first()
    if invoice is None:
        raise NotFound
    if invoice.status == InvoiceStatus.DRAFT or invoice.finalized_at is None:
        raise DraftHasNoPaper
    page = page_of(db, invoice, today=invoice.finalized_at.date())
    return KeptPaper(invoice.pdf_digest, f"Invoice {page.row.name}.pdf"), invoice_paper(page)
