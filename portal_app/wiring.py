"""Picks the adapters for this run: the composition root.

`open_wiring` is called in a lifespan task or a command, never at import; `current()` is what the screens, routes and
jobs of this process use.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import portal_app.domain.tables  # noqa: F401 (a foreign key needs the table it points to)
from portal_app.adapters.disk_store import DiskStore
from portal_app.adapters.mailbox_mailer import MailboxMailer
from portal_app.adapters.offline_places import OfflinePlaces
from portal_app.adapters.pillow_renderer import PillowRenderer
from portal_app.adapters.redis_tries import RedisCounter
from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.smtp_mailer import SmtpMailer
from portal_app.adapters.stripe_keys import StripeSafe
from portal_app.adapters.typst_printer import TypstPrinter
from portal_app.adapters.webauthn_authenticators import WebauthnAuthenticators
from portal_app.core.clock import utc_now
from portal_app.core.viewer import Role
from portal_app.db import OUTSIDE, Database
from portal_app.domain.billing.gateway import PaymentGateway
from portal_app.domain.billing.keys import keys_of_endpoint, keys_of_studio
from portal_app.domain.billing.printing import Printer
from portal_app.domain.identity.authenticators import Authenticators
from portal_app.domain.identity.second_step import SecretSeal
from portal_app.domain.identity.tries import ELSEWHERE
from portal_app.domain.listings.places import PlaceFinder
from portal_app.domain.media.caps import Caps
from portal_app.domain.media.claiming import ClaimingStore
from portal_app.domain.media.renderer import Renderer
from portal_app.domain.media.store import Store
from portal_app.domain.notifications.mailer import Mailer
from portal_app.settings import Settings


def _outside() -> ThreadPoolExecutor:
    """Threads that wait for others: a verb that leaves the building never takes one of those that read and write."""
    return ThreadPoolExecutor(OUTSIDE, thread_name_prefix="outside")


@dataclass(slots=True)
class Wiring:
    """Everything a running process needs, made once."""

    settings: Settings
    database: Database
    store: Store
    renderer: Renderer
    mailer: Mailer
    executor: ThreadPoolExecutor
    outside: ThreadPoolExecutor = field(default_factory=_outside)
    authenticators: Authenticators = field(default_factory=WebauthnAuthenticators)
    places: PlaceFinder = field(default_factory=OfflinePlaces)
    printer: Printer = field(default_factory=TypstPrinter)

    @property
    def seal(self) -> SecretSeal:
        """What keeps people's own secrets unreadable at rest."""
        return SecretBox(*self.settings.keys)

    @property
    def safe(self) -> StripeSafe:
        """What opens and seals the studios' payment keys."""
        return StripeSafe(SecretBox(*self.settings.keys), _stripe_base(self.settings))

    @property
    def uploads_dir(self) -> Path:
        """Where unfinished uploads lie."""
        return self.settings.data_dir / "uploads"

    @property
    def upload_caps(self) -> Caps:
        """How much one person and one studio may send."""
        daily = {Role(role): gigabytes for role, gigabytes in self.settings.upload_daily_gb}
        return Caps(daily, self.settings.studio_gb, self.settings.largest_video_gb)

    def gateway_for(self, studio_id: int, mode: str = "") -> PaymentGateway | None:
        """The studio's way to take cards: of one mode, or the one it uses now. None when it has no keys."""
        with self.database.reading() as db:
            keys = keys_of_studio(db, studio_id, mode)
        return self.safe.opened(keys) if keys else None

    def gateway_at(self, endpoint_token: str, *, now: datetime) -> tuple[int, str, PaymentGateway] | None:
        """Studio, mode and gateway of a webhook's address."""
        with self.database.reading() as db:
            keys = keys_of_endpoint(db, endpoint_token, now=now)
        return (keys.studio_id, keys.mode, self.safe.opened(keys)) if keys else None


_current: Wiring | None = None


def open_wiring(settings: Settings, *, render_workers: int = 1, threads: int | None = None) -> Wiring:
    """Make everything for this process and make it `current()`. Rendering processes start when first needed.

    A web process only looks at headers, so one is enough there; the worker brings as many as the settings say.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url, threads=threads)
    if settings.redis_url:
        database.carries[ELSEWHERE] = RedisCounter(settings.redis_url).at
    wiring = Wiring(
        settings=settings,
        database=database,
        store=ClaimingStore(open_store(settings), database.unit_of_work, utc_now),
        renderer=PillowRenderer(render_workers),
        mailer=_mailer(settings),
        executor=ThreadPoolExecutor(database.threads, thread_name_prefix="verb"),
    )
    use(wiring)
    return wiring


def open_store(settings: Settings) -> Store:
    """Where files lie: in a bucket when one is named, else on this machine's disk."""
    if settings.s3 is None:
        return DiskStore(settings.data_dir / "store")
    from portal_app.adapters.s3_store import S3Store  # a second and 30 MB, for those who use it

    return S3Store(settings.s3)


def close_wiring() -> None:
    """End what this process's wiring holds. Nothing when it was not open."""
    if _current is None:
        return
    for threads in (_current.executor, _current.outside):
        threads.shutdown(wait=True, cancel_futures=True)
    if close := getattr(_current.renderer, "close", None):
        close()
    _current.database.close()
    use(None)


def current() -> Wiring:
    """This process's wiring. Raises RuntimeError before it was opened."""
    if _current is None:
        raise RuntimeError("wiring is not open yet: the lifespan task opens it")
    return _current


def use(wiring: Wiring | None) -> None:
    """Make it this process's wiring (tests pass their own)."""
    global _current
    _current = wiring


def _mailer(settings: Settings) -> Mailer:
    return SmtpMailer(settings.smtp_url) if settings.smtp_url else MailboxMailer(settings.data_dir / "mailbox")


def _stripe_base(settings: Settings) -> str:
    """Nothing means Stripe itself."""
    stand_in = f"http://127.0.0.1:{settings.demo_stripe_port}" if settings.demo_stripe_port > 0 else ""
    return settings.stripe_api_base or stand_in
