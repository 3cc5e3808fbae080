"""Whether this installation may open its doors: settings, folder and database, every fault at once, in plain words."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from portal_app.core.errors import Unavailable
from portal_app.db import Database
from portal_app.domain.billing.models import Mode, StripeAccount
from portal_app.domain.identity.models import Account
from portal_app.domain.studios.models import Studio
from portal_app.settings import BadSettings, Settings, settings_and_faults


def ready_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of an installation that may start. Raises BadSettings with every fault there is."""
    settings, faults = settings_and_faults(environ)
    faults += faults_of(settings)
    if faults:
        raise BadSettings(faults)
    return settings


def faults_of(settings: Settings) -> list[str]:
    """What folder, file storage and database hold against starting. Nothing is changed, nothing is made."""
    return [*_folder_faults(settings), *_store_faults(settings), *_database_faults(settings)]


def _folder_faults(settings: Settings) -> Iterator[str]:
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        yield f"PORTAL_DATA_DIR cannot be written: {folder}. Give the account that runs Foyer the right to."


def _store_faults(settings: Settings) -> Iterator[str]:
    if settings.s3 is None:
        return
    from portal_app.adapters.s3_store import S3Store

    try:
        S3Store(settings.s3).require()
    except Unavailable as problem:
        yield f"PORTAL_S3_BUCKET cannot be used: {problem.sentence}"
    except ValueError:
        return  # an address that is none: the settings say so


def _database_faults(settings: Settings) -> Iterator[str]:
    if settings.database_url == f"sqlite:///{settings.data_dir / 'portal.db'}" and not (settings.data_dir / "portal.db").exists():
        return
    try:
        database = Database(settings.database_url)
    except (SQLAlchemyError, ValueError, ImportError):
        yield "DATABASE_URL is no address of a database. Examples: sqlite:////var/lib/foyer/portal.db, postgresql://user@host/name"
        return
    try:
        if inspect(database.engine).has_table(Studio.__tablename__):
            with database.reading() as db:
                yield from _row_faults(db, settings)
    except SQLAlchemyError as error:
        yield f"DATABASE_URL does not answer: {str(getattr(error, 'orig', error)).strip().splitlines()[0]}"
    finally:
        database.close()


def _row_faults(db: Session, settings: Settings) -> Iterator[str]:
    if settings.is_production and _any(db, select(Account.id).where(Account.is_demo)):
        yield "The database holds demo accounts, whose passwords are printed in public. Start with an empty DATABASE_URL."
    if settings.is_production and _any(db, select(Studio.id).where(Studio.is_demo)):
        yield "The database holds the demo's studios. Start with an empty DATABASE_URL, then: python -m portal_app create-studio"
    has_stand_in = bool(settings.stripe_api_base or settings.demo_stripe_port > 0)
    live = select(StripeAccount.id).where(StripeAccount.mode == Mode.LIVE, col(StripeAccount.is_active))
    if has_stand_in and _any(db, live):
        yield "A studio has a live Stripe key, and payments would go to the stand-in. Remove PORTAL_STRIPE_API_BASE."


def _any(db: Session, asked) -> bool:
    return db.exec(asked.limit(1)).first() is not None
