"""Every kind of work and the function that does it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import delete

from portal_app.core.errors import PaymentProblem
from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.billing import afterwards, cards, dividing, giving_back, invoicing, refunding
from portal_app.domain.billing.settling import reconcile, sweep_open_attempts
from portal_app.domain.customers import entering, joining, leaving, readdressing
from portal_app.domain.delivery import keeping, planning
from portal_app.domain.identity import sessions
from portal_app.domain.media import fitting, marks, remarking
from portal_app.domain.media import service as media
from portal_app.domain.notifications import account_mails, invoice_mails, share_mails
from portal_app.domain.notifications.sending import send
from portal_app.domain.orders.entry_codes import forget_codes
from portal_app.domain.scheduling.holding import release_over
from portal_app.jobs import reactions, worker
from portal_app.jobs.claiming import GiveUp, LeaseLost
from portal_app.jobs.worker import Job
from portal_app.settings import Settings

KEEP_DONE = timedelta(days=7)

log = logging.getLogger(__name__)


def send_mail(job: Job) -> None:
    """Hand one mail to the mail server."""
    settings = job.wiring.settings
    send(
        job.wiring.database.unit_of_work,
        job.wiring.mailer,
        job.payload["mail_id"],
        mail_from=settings.mail_from or f"mail@{settings.host}",
        done=job.finish,
        now=job.now(),
    )


def answer_reset(job: Job) -> None:
    """Somebody asked for a new password: a code goes out where the address is known."""
    with job.wiring.database.unit_of_work() as db:
        joining.answer_reset(db, job.payload["studio_id"], job.payload["email_key"], now=job.now())
        job.finish(db)


def answer_link(job: Job) -> None:
    """Somebody asked for a link to sign in: it goes out where the address is a customer's."""
    asked = job.payload
    with job.wiring.database.unit_of_work() as db:
        entering.answer_link(db, asked["studio_id"], asked["email_key"], asked["onward"], now=job.now())
        job.finish(db)


def tell_old_address(job: Job) -> None:
    """An account moved to another address: the one before is told. The address lies in no fact."""
    _tell(job, account_mails.mail_address_moved)


def tell_closed(job: Job) -> None:
    """Somebody deleted their account, and its row has no address anymore."""
    _tell(job, account_mails.mail_account_deleted)


def _tell(job: Job, write: Callable[..., None]) -> None:
    told = job.payload
    with job.wiring.database.unit_of_work() as db:
        write(db, told["studio_id"], told["email"], told["name"], f"{job.claim.kind}:{job.claim.id}", now=job.now())
        job.finish(db)


def mail_invoice(job: Job) -> None:
    """The secret address of an invoice is opened only here, while its mail is written."""
    asked = job.payload
    with job.wiring.database.unit_of_work() as db:
        invoice_mails.mail_invoice(db, asked["invoice_id"], asked["fact_id"], job.wiring.seal, now=job.now())
        job.finish(db)


def mail_share(job: Job) -> None:
    """So is the link of one payer."""
    asked = job.payload
    with job.wiring.database.unit_of_work() as db:
        share_mails.mail_share(db, asked["share_id"], asked["fact_id"], job.wiring.seal, now=job.now())
        job.finish(db)


def reconcile_attempt(job: Job) -> None:
    """Ask the payment service about an attempt that an event hinted at. Safe to repeat."""
    payload = job.payload
    gateway = job.wiring.gateway_for(payload["studio_id"], payload["mode"])
    if gateway is None:
        raise GiveUp("The studio has no keys for this payment service anymore.")
    unit_of_work = job.wiring.database.unit_of_work
    hints = {name: payload.get(name, "") for name in ("session_id", "payment_id")}
    reconcile(unit_of_work, gateway, payload["attempt"], now=job.now(), **hints)


def settle_open_attempts(job: Job) -> None:
    """Settle payments that no event and no return page has settled."""
    sweep_open_attempts(job.wiring.database.unit_of_work, job.wiring.gateway_for, now=job.now())


def reconcile_payment(job: Job) -> None:
    """Ask the payment service what became of a payment that an event hinted at. Safe to repeat."""
    asked = job.payload
    gateway = job.wiring.gateway_for(asked["studio_id"], asked["mode"])
    if gateway is None:
        raise GiveUp("The studio has no keys for this payment service anymore.")
    unit_of_work = job.wiring.database.unit_of_work
    afterwards.reconcile_payment(unit_of_work, gateway, asked["studio_id"], asked["payment_id"], now=job.now())


def send_refund(job: Job) -> None:
    """Ask for a refund that nobody waits for. A final no is told by its fact, so it is no failure of this work."""
    asked = job.payload
    gateway = job.wiring.gateway_for(asked["studio_id"], asked["mode"])
    try:
        refunding.send_refund(job.wiring.database.unit_of_work, gateway, asked["refund"], now=job.now())
    except PaymentProblem as refusal:
        log.warning("a refund was refused: %s", type(refusal).__name__)


def hand_over_planned(job: Job) -> None:
    """The time of a planned delivery has come."""
    with job.wiring.database.unit_of_work() as db:
        planning.hand_over_planned(db, job.payload["plan_id"], now=job.now())
        job.finish(db)


def keep_files(job: Job) -> None:
    """Whose files end soon hears of it; what is over is put away, and deleted later. One small transaction each."""
    database = job.wiring.database
    with database.reading() as db:
        listings = keeping.to_look_at(db, now=job.now())
    for listing_id in listings:
        with database.unit_of_work() as db:
            keeping.take_step(db, listing_id, now=job.now())


def sweep_payments(job: Job) -> None:
    """Refunds and disputes that no event has told."""
    afterwards.sweep_payments(job.wiring.database.unit_of_work, job.wiring.gateway_for, now=job.now())


def forget_cards(job: Job) -> None:
    """Somebody deleted their account: their cards go too."""
    asked, wiring = job.payload, job.wiring
    cards.forget_cards(wiring.database.unit_of_work, wiring.gateway_for, asked["studio_id"], asked["account_id"])


def render_asset(job: Job) -> None:
    """Make every size of one photo. After the last try the photo says that it could not be made."""
    wiring, asset_id = job.wiring, job.payload["asset_id"]
    unit_of_work = wiring.database.unit_of_work
    try:
        media.render_asset(unit_of_work, wiring.store, wiring.renderer, asset_id, now=job.now(), finish=job.finish)
    except LeaseLost:
        raise
    except Exception:
        if job.is_last_try:
            with unit_of_work() as db:
                media.fail_asset(db, asset_id, now=job.now())
        raise


def remark(job: Job) -> None:
    """The watermark changed: mark one photo again. One that cannot be is passed over after the last try."""
    wiring, asked = job.wiring, job.payload
    studio_id, key, asset_id = asked["studio_id"], asked["key"], asked["asset_id"]
    unit_of_work = wiring.database.unit_of_work
    try:
        remarking.remark(
            unit_of_work, wiring.store, wiring.renderer, studio_id, key, asset_id, now=job.now(), finish=job.finish
        )  # fmt: skip
    except LeaseLost:
        raise
    except Exception:
        if job.is_last_try:
            with unit_of_work() as db:
                remarking.pass_over(db, studio_id, key, asset_id, now=job.now())
        raise


def fit_preset(job: Job) -> None:
    """Somebody wants a listing's photos as an MLS asks for them."""
    wiring, asked = job.wiring, job.payload
    fitting.fit_listing(
        wiring.database.unit_of_work, wiring.store, wiring.renderer, asked["listing_id"], asked["preset"], now=job.now(),
        finish=job.finish,
    )  # fmt: skip


def release_holds(job: Job) -> None:
    """Times that were kept for paying are free again when their minutes are over."""
    with job.wiring.database.unit_of_work() as db:
        release_over(db, now=job.now())
        job.finish(db)


def forget_entry_codes(job: Job) -> None:
    """Codes of doors whose visit is over are emptied, also where nobody pressed *finish*."""
    with job.wiring.database.unit_of_work() as db:
        forget_codes(db, now=job.now())
        job.finish(db)


def sweep_uploads(job: Job) -> None:
    """Drop the parts of uploads that nobody came back to."""
    media.sweep_uploads(job.wiring.database.unit_of_work, job.wiring.uploads_dir, now=job.now())


def sweep_store(job: Job) -> None:
    """Delete files that no row has named for a day."""
    wiring = job.wiring
    swept = media.sweep_store(wiring.database.unit_of_work, wiring.database.reading, wiring.store, now=job.now())
    if swept.count:
        log.info("files that nothing named were deleted: %s, %s bytes", swept.count, swept.size)


def clean_done_work(job: Job) -> None:
    """Forget work done more than a week ago."""
    with job.wiring.database.unit_of_work() as db:
        db.exec(delete(Work).where(Work.state == WorkState.DONE, Work.done_at < job.now() - KEEP_DONE))
        job.finish(db)


def clean_sessions(job: Job) -> None:
    """Mark the sessions that ended by themselves; forget old ones, and codes, challenges and tries that are over."""
    with job.wiring.database.unit_of_work() as db:
        sessions.clean_sessions(db, now=job.now())
        job.finish(db)


WORKS: Mapping[str, worker.Work] = {
    "react": reactions.react,
    reactions.ONE_REACTION: reactions.react_one,
    "send_mail": send_mail,
    joining.ANSWER_RESET: answer_reset,
    entering.ANSWER_ENTER: answer_link,
    readdressing.TELL_OLD_ADDRESS: tell_old_address,
    leaving.TELL_CLOSED: tell_closed,
    invoicing.MAIL_INVOICE: mail_invoice,
    dividing.MAIL_SHARE: mail_share,
    "reconcile_attempt": reconcile_attempt,
    "sweep_open_attempts": settle_open_attempts,
    "reconcile_payment": reconcile_payment,
    giving_back.SEND_REFUND: send_refund,
    "sweep_payments": sweep_payments,
    reactions.FORGET_CARDS: forget_cards,
    planning.HAND_OVER: hand_over_planned,
    keeping.KEEP_FILES: keep_files,
    "render_asset": render_asset,
    marks.REMARK: remark,
    fitting.FIT: fit_preset,
    "release_holds": release_holds,
    "forget_codes": forget_entry_codes,
    "sweep_uploads": sweep_uploads,
    "sweep_store": sweep_store,
    "clean_done_work": clean_done_work,
    "clean_sessions": clean_sessions,
}


def at_most(settings: Settings) -> dict[str, int]:
    """Rendering never takes every thread: a mail waits for no photo."""
    return {"render_asset": settings.render_workers + 1, marks.REMARK: 1, fitting.FIT: 1}
