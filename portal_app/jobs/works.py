"""Every kind of work and the function that does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete

from portal_app.domain.activity.models import Work, WorkState
from portal_app.domain.billing.settling import reconcile, sweep_open_attempts
from portal_app.domain.media import service as media
from portal_app.domain.notifications.sending import send
from portal_app.jobs import reactions, worker
from portal_app.jobs.claiming import GiveUp, LeaseLost
from portal_app.jobs.worker import Job
from portal_app.settings import Settings

KEEP_DONE = timedelta(days=7)


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


def reconcile_attempt(job: Job) -> None:
    """Ask the payment service about an attempt that an event hinted at. Safe to repeat."""
    payload = job.payload
    gateway = job.wiring.gateway_for(payload["studio_id"], payload["mode"])
    if gateway is None:
        raise GiveUp("The studio has no keys for this payment service anymore.")
    unit_of_work = job.wiring.database.unit_of_work
    reconcile(unit_of_work, gateway, payload["attempt"], now=job.now(), session_id=payload.get("session_id", ""))


def settle_open_attempts(job: Job) -> None:
    """Settle payments that no event and no return page has settled."""
    sweep_open_attempts(job.wiring.database.unit_of_work, job.wiring.gateway_for, now=job.now())


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


def sweep_uploads(job: Job) -> None:
    """Drop the parts of uploads that nobody came back to."""
    media.sweep_uploads(job.wiring.database.unit_of_work, job.wiring.uploads_dir, now=job.now())


def clean_done_work(job: Job) -> None:
    """Forget work done more than a week ago."""
    with job.wiring.database.unit_of_work() as db:
        db.exec(delete(Work).where(Work.state == WorkState.DONE, Work.done_at < job.now() - KEEP_DONE))
        job.finish(db)


WORKS: Mapping[str, worker.Work] = {
    "react": reactions.react,
    reactions.ONE_REACTION: reactions.react_one,
    "send_mail": send_mail,
    "reconcile_attempt": reconcile_attempt,
    "sweep_open_attempts": settle_open_attempts,
    "render_asset": render_asset,
    "sweep_uploads": sweep_uploads,
    "clean_done_work": clean_done_work,
}


def at_most(settings: Settings) -> dict[str, int]:
    """Rendering never takes every thread: a mail waits for no photo."""
    return {"render_asset": settings.render_workers + 1}
