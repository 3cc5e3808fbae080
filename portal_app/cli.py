"""`python -m portal_app …`: what a person does at the machine."""

from __future__ import annotations

import argparse
import base64
import getpass
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from portal_app.adapters.resealing import seal_anew
from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.stripe_keys import mode_of, seal_keys
from portal_app.core.clock import utc_now
from portal_app.core.errors import Problem
from portal_app.core.tokens import new_token
from portal_app.core.viewer import system_viewer
from portal_app.db import Database, upgrade_to_head
from portal_app.demo.cast import STUDIOS
from portal_app.demo.founding import STARTER_SHELF, address_on, stock
from portal_app.domain.billing.connecting import EVENTS
from portal_app.domain.billing.journal_text import Form
from portal_app.domain.billing.journaling import journal
from portal_app.domain.billing.keys import connect_stripe
from portal_app.domain.delivery.pictures import size_words
from portal_app.domain.identity.closing import forget_second_step
from portal_app.domain.identity.founding import NewStudio, found_studio
from portal_app.domain.identity.passwords import hash_password, weakness
from portal_app.domain.identity.sessions import end_sessions_of
from portal_app.domain.media.sweeping import sweep_store
from portal_app.domain.media.verifying import Verdict, unknown, verify
from portal_app.domain.studios.queries import all_slugs, studio_by_slug
from portal_app.readiness import faults_of, ready_settings
from portal_app.settings import BadSettings, Settings, settings_and_faults

if TYPE_CHECKING:
    from portal_app.wiring import Wiring


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status says whether it went well."""
    asked = _parser().parse_args(argv)
    try:
        return asked.run(asked)
    except BadSettings as bad:
        print("Foyer cannot start like this:", bad, sep="\n", file=sys.stderr)
        return 1
    except Problem as problem:
        print(problem.sentence, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal_app", description="Foyer, from the command line.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, run, about in (
        ("demo", _demo, "make the demo's studios and print how to sign in"),
        ("worker", _worker, "do the background work beside the web process"),
        ("check", _check, "say what keeps this installation from starting"),
        ("new-key", _new_key, "print a new PORTAL_SECRET_KEY"),
        ("create-studio", _create_studio, "open a studio with its owner's account"),
        ("reseal", _reseal, "seal every kept secret anew with today's PORTAL_SECRET_KEY"),
        ("end-sessions", _end_sessions, "sign everybody of a studio out, or one person"),
        ("forget-second-step", _forget_second_step, "take a lost phone's second step away, once you made sure who asks"),
        ("connect-stripe", _connect_stripe, "keep a studio's own Stripe keys, sealed, so that it takes cards"),
        ("verify", _verify, "read every file again and say which are missing or damaged; 1 when any is"),
        ("store", _store, "sweep: delete files that no row has named for a day, as every night does"),
        ("journal", _journal, "write a studio's double entries for hledger or beancount, and print them"),
    ):
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        if run is _create_studio:
            _studio_arguments(command)
        if run is _journal:
            _journal_arguments(command)
        if run is _store:
            command.add_argument("verb", choices=["sweep"])
        if run is _verify:
            command.add_argument("--studio", default="", help="only this studio's, by its short name")
            command.add_argument("--from", dest="first", default="", help="go on at this studio: they come by short name")
        if run is _end_sessions:
            command.add_argument("--email", default="", help="only whoever signs in with this address")
        if run in (_connect_stripe, _end_sessions, _forget_second_step):
            command.add_argument("slug", help="the studio's short name: harbor")
        if run is _forget_second_step:
            command.add_argument("email", help="the address they sign in with")
    return parser


def _studio_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("slug", help="short name, letters, digits and -: harbor")
    command.add_argument("name", help="as customers read it: Harbor Light")
    command.add_argument("--owner-name", required=True)
    command.add_argument("--owner-email", required=True)
    command.add_argument("--host", help="host name that shows it; PORTAL_PUBLIC_URL's when left out")
    command.add_argument("--zone", default="America/Los_Angeles", help="IANA time zone")
    command.add_argument("--currency", default="USD", help="ISO 4217")


def _journal_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--studio", required=True, help="the studio's short name: harbor")
    command.add_argument("--format", required=True, choices=[form.value for form in Form])
    command.add_argument("--since", type=date.fromisoformat, help="first day: 2026-11-01; from the beginning when left out")
    command.add_argument("--until", type=date.fromisoformat, help="last day; up to today when left out")
    command.add_argument("--without-payouts", action="store_true", help="do not ask the payment service")


def _demo(_asked: argparse.Namespace) -> int:
    from portal_app.starting import prepare
    from portal_app.wiring import close_wiring, open_wiring

    settings = ready_settings()
    if not settings.is_demo:
        print("The demo lives beside your own studios, never among them: unset PORTAL_ENV to see it.", file=sys.stderr)
        return 1
    wiring = open_wiring(settings, render_workers=settings.render_workers)
    try:
        prepare(wiring, now=utc_now())
    finally:
        close_wiring()
    print(welcome(settings.public_url))
    return 0


def welcome(public_url: str) -> str:
    """Addresses and sign-ins of the demo."""
    port = urlsplit(public_url).port
    lines = ["", "Foyer's demo:"]
    for plan in STUDIOS:
        addresses = "  ".join(f"http://{host}:{port}" for host in plan.hosts)
        lines += ["", f"  {plan.name}  {addresses}", f"    password for everybody here: {plan.password}"]
        lines += [f"    {person.email:<34} {person.name}, {person.role}" for person in plan.people if person.key in SHOWN]
    return "\n".join([*lines, "", f"  Mails: {public_url}/mailbox   Card for payments: 4242 4242 4242 4242", ""])


SHOWN = {"carl", "tess", "olive", "pia", "ollie", "omar"}


def _worker(_asked: argparse.Namespace) -> int:
    from portal_app.jobs import worker

    return 0 if worker.main(ready_settings()) else 1


def _check(_asked: argparse.Namespace) -> int:
    settings, faults = settings_and_faults()
    faults += faults_of(settings)
    if faults:
        raise BadSettings(faults)
    proxies = {0: "reached directly", 1: "behind one proxy"}.get(settings.proxy_hops, f"behind {settings.proxy_hops} proxies")
    print(f"Ready to start: {settings.env}, {settings.public_url}, {proxies}, files in {settings.data_dir}.")
    return 0


def _new_key(_asked: argparse.Namespace) -> int:
    print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return 0


def _create_studio(asked: argparse.Namespace) -> int:
    settings = ready_settings()
    password = _secret("Password for the owner: ")
    if problem := weakness(password, asked.owner_email, asked.owner_name):
        print(problem, file=sys.stderr)
        return 1
    host = asked.host or settings.host
    new = NewStudio(
        slug=asked.slug,
        name=asked.name,
        host=host,
        address=address_on(settings.public_url, host),
        zone=asked.zone,
        currency=asked.currency,
        owner_name=asked.owner_name,
        owner_email=asked.owner_email,
        owner_password_hash=hash_password(password),
    )
    _open_studio(settings, new)
    print(f"{new.name} is open at {new.address}. {new.owner_name} signs in there as {new.owner_email}.")
    return 0


def _open_studio(settings: Settings, new: NewStudio) -> None:
    database = Database(settings.database_url)
    try:
        upgrade_to_head(database)
        with database.unit_of_work() as db:
            stock(db, found_studio(db, new, now=utc_now()), STARTER_SHELF)
    finally:
        database.close()


def _reseal(_asked: argparse.Namespace) -> int:
    settings = ready_settings()
    database = Database(settings.database_url)
    try:
        with database.unit_of_work() as db:
            count = seal_anew(db, SecretBox(*settings.keys))
    finally:
        database.close()
    print(f"Sealed anew: {count}. PORTAL_OLD_SECRET_KEYS may be emptied now.")
    return 0


def _end_sessions(asked: argparse.Namespace) -> int:
    settings = ready_settings()
    database = Database(settings.database_url)
    try:
        with database.unit_of_work() as db:
            count = end_sessions_of(db, studio_by_slug(db, asked.slug).id, asked.email, now=utc_now())
    finally:
        database.close()
    print(f"Signed out: {count}.")
    return 0


def _forget_second_step(asked: argparse.Namespace) -> int:
    database = Database(ready_settings().database_url)
    try:
        with database.unit_of_work() as db:
            forget_second_step(db, studio_by_slug(db, asked.slug).id, asked.email, now=utc_now())
    finally:
        database.close()
    print(f"{asked.email} signs in with the password alone now, and sets a second step up anew.")
    return 0


def _connect_stripe(asked: argparse.Namespace) -> int:
    settings = ready_settings()
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            studio = studio_by_slug(db, asked.slug)
        endpoint_token = new_token()
        print(f"In Stripe, add a webhook endpoint at {studio.address}/webhooks/stripe/{endpoint_token}\nfor {', '.join(EVENTS)}.")
        secret_key, webhook_secret = _secret("Secret or restricted key: "), _secret("Signing secret of that endpoint: ")
        mode = mode_of(secret_key, webhook_secret)
        boxes = seal_keys(SecretBox(*settings.keys), studio.id, mode, secret_key, webhook_secret)
        with database.unit_of_work() as db:
            connect_stripe(
                db,
                studio.id,
                mode,
                endpoint_token=endpoint_token,
                secret_key_box=boxes[0],
                webhook_secret_box=boxes[1],
                last4=(secret_key[-4:], webhook_secret[-4:]),
            )
    finally:
        database.close()
    print(f"{studio.name} takes cards with its {mode} keys.")
    return 0


def _journal(asked: argparse.Namespace) -> int:
    from portal_app.wiring import close_wiring, open_wiring

    wiring = open_wiring(ready_settings())
    try:
        with wiring.database.reading() as db:
            by = system_viewer(studio_by_slug(db, asked.studio).id)
        gateway_for = (lambda *_: None) if asked.without_payouts else wiring.gateway_for
        text = journal(
            wiring.database.reading, gateway_for, by, Form(asked.format), since=asked.since, until=asked.until, now=utc_now()
        )
    finally:
        close_wiring()
    sys.stdout.write(text)
    return 0


def _verify(asked: argparse.Namespace) -> int:
    """One line for each file that is not what it was, one for each studio that is done."""
    from portal_app.wiring import close_wiring, open_wiring

    wiring = open_wiring(ready_settings())
    try:
        with wiring.database.reading() as db:
            slugs = [studio_by_slug(db, asked.studio).slug] if asked.studio else all_slugs(db)
        bad = sum(_verify_studio(wiring, slug) for slug in slugs if slug >= asked.first)
        for kept in () if asked.studio else unknown(wiring.database.reading, wiring.store):
            print(f"unknown  {kept.sha256}, {size_words(kept.size)}, since {kept.kept_at:%Y-%m-%d}: swept after a day")
    finally:
        close_wiring()
    return 1 if bad else 0


def _verify_studio(wiring: Wiring, slug: str) -> int:
    """How many of its files are missing or damaged."""
    with wiring.database.reading() as db:
        by = system_viewer(studio_by_slug(db, slug).id)
    counts, size = Counter[Verdict](), 0
    for checked in verify(wiring.database.reading, wiring.store, by):
        counts[checked.verdict] += 1
        size += checked.size
        if checked.verdict is not Verdict.SOUND:
            print(f"{checked.verdict:<8} {checked.file.where}, {checked.file.what}: {checked.file.sha256}", flush=True)
    missing, damaged = counts[Verdict.MISSING], counts[Verdict.DAMAGED]
    print(f"{slug}: {counts.total()} files, {size_words(size)} read, {missing} missing, {damaged} damaged", flush=True)
    return missing + damaged


def _store(_asked: argparse.Namespace) -> int:
    from portal_app.wiring import close_wiring, open_wiring

    wiring = open_wiring(ready_settings())
    try:
        swept = sweep_store(wiring.database.unit_of_work, wiring.database.reading, wiring.store, now=utc_now())
    finally:
        close_wiring()
    print(f"Deleted: {swept.count} files, {size_words(swept.size)}.")
    return 0


def _secret(prompt: str) -> str:
    return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
