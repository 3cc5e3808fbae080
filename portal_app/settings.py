"""One frozen Settings, read from the environment once; every fault is reported at once, in plain words."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

MOST_HOPS = 5
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
UPLOADERS = {"owner", "admin", "photographer", "editor"}
DEMO_SECRET = base64.urlsafe_b64encode(b"foyer demo only, not a secret!!!").decode()


class BadSettings(Exception):
    """Foyer cannot start like this; `faults` is one sentence per thing to mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class S3:
    """A bucket of an S3-compatible store; without an endpoint it is Amazon's.

    `links_url` is where browsers reach the same store; empty: every byte passes through Foyer.
    """

    bucket: str
    endpoint: str
    region: str
    prefix: str
    key_id: str
    secret: str = field(repr=False)
    links_url: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. See `.env.example` for what each value means."""

    env: str
    data_dir: Path
    database_url: str
    public_url: str
    allowed_origins: tuple[str, ...]
    default_studio: str
    secret_key: bytes
    old_secret_keys: tuple[bytes, ...]
    stripe_api_base: str
    demo_stripe_port: int
    smtp_url: str
    mail_from: str
    embedded_worker: bool
    render_workers: int
    proxy_hops: int
    redis_url: str
    least_free_gb: int
    upload_daily_gb: tuple[tuple[str, int], ...]
    studio_gb: int
    largest_video_gb: int
    s3: S3 | None = None

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def is_demo(self) -> bool:
        return self.env == "demo"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The key that seals, and after it those that may still open."""
        return (self.secret_key, *self.old_secret_keys)

    @property
    def host(self) -> str:
        """The host name of the public address, without a port."""
        return urlsplit(self.public_url).hostname or "localhost"


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises BadSettings listing every fault at once."""
    settings, faults = settings_and_faults(environ)
    if faults:
        raise BadSettings(faults)
    return settings


def settings_and_faults(environ: Mapping[str, str] | None = None) -> tuple[Settings, list[str]]:
    """What the environment says and what is wrong with it: `python -m portal_app check` goes on to look at the rest."""
    env = with_credentials(dict(os.environ if environ is None else environ))
    settings = _collect(env)
    return settings, list(_faults(settings, env))


def with_credentials(env: dict[str, str]) -> dict[str, str]:
    """The environment with what systemd kept encrypted until now: each file `foyer.NAME` of the unit's credentials is NAME."""
    folder = env.get("CREDENTIALS_DIRECTORY", "")
    files = sorted(Path(folder).glob("foyer.*")) if folder else []
    return env | {file.name.removeprefix("foyer."): file.read_text().strip() for file in files}


def _collect(env: Mapping[str, str]) -> Settings:
    mode = env.get("PORTAL_ENV", "demo")
    data_dir = Path(env.get("PORTAL_DATA_DIR", ".data/demo" if mode == "demo" else ".data")).absolute()
    public_url = env.get("PORTAL_PUBLIC_URL", "http://localhost:3000").rstrip("/")
    origins = tuple(part.strip().rstrip("/") for part in env.get("PORTAL_ALLOWED_ORIGINS", "").split(",") if part.strip())
    return Settings(
        env=mode,
        data_dir=data_dir,
        database_url=env.get("DATABASE_URL", f"sqlite:///{data_dir / 'portal.db'}"),
        public_url=public_url,
        allowed_origins=origins,
        default_studio="" if mode == "production" else env.get("PORTAL_DEFAULT_STUDIO", "harbor" if mode == "demo" else ""),
        secret_key=_key(env.get("PORTAL_SECRET_KEY", "" if mode == "production" else DEMO_SECRET)),
        old_secret_keys=tuple(_key(part.strip()) for part in env.get("PORTAL_OLD_SECRET_KEYS", "").split(",") if part.strip()),
        stripe_api_base=env.get("PORTAL_STRIPE_API_BASE", ""),
        demo_stripe_port=_number(env.get("PORTAL_DEMO_STRIPE_PORT", "3900" if mode == "demo" else "0")),
        smtp_url=env.get("PORTAL_SMTP_URL", ""),
        mail_from=env.get("PORTAL_MAIL_FROM", ""),
        embedded_worker=env.get("PORTAL_EMBEDDED_WORKER", "1") not in {"0", "false", "no"},
        render_workers=_number(env.get("PORTAL_RENDER_WORKERS", "0")) or max(1, min(4, (os.cpu_count() or 2))),
        proxy_hops=_number(env.get("PORTAL_PROXY_HOPS", "1" if mode == "production" else "0")),
        redis_url=env.get("PORTAL_REDIS_URL", ""),
        least_free_gb=_number(env.get("PORTAL_LEAST_FREE_GB", "1")),
        upload_daily_gb=_by_role(env.get("PORTAL_UPLOAD_DAILY_GB", "photographer=200,editor=200")),
        studio_gb=_number(env.get("PORTAL_STUDIO_GB", "0")),
        largest_video_gb=_number(env.get("PORTAL_LARGEST_VIDEO_GB", "5")),
        s3=_s3(env),
    )


def _by_role(text: str) -> tuple[tuple[str, int], ...]:
    """`photographer=200,editor=50` as pairs."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return tuple((role.strip(), _number(number.strip())) for role, _, number in pairs)


def _s3(env: Mapping[str, str]) -> S3 | None:
    """None when no name of it is set: files lie on this machine's disk."""
    prefix = env.get("PORTAL_S3_PREFIX", "").strip("/")
    place = S3(
        bucket=env.get("PORTAL_S3_BUCKET", ""),
        endpoint=env.get("PORTAL_S3_ENDPOINT", "").rstrip("/"),
        region=env.get("PORTAL_S3_REGION") or "us-east-1",
        prefix=f"{prefix}/" if prefix else "",
        key_id=env.get("PORTAL_S3_KEY_ID", ""),
        secret=env.get("PORTAL_S3_SECRET", ""),
        links_url=env.get("PORTAL_S3_LINKS_URL", "").rstrip("/"),
    )
    return place if any((place.bucket, place.endpoint, place.key_id, place.secret)) else None


def _key(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text.encode())
    except (binascii.Error, ValueError):
        return b""


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1


def _faults(settings: Settings, env: Mapping[str, str]):
    if settings.env not in {"demo", "development", "production"}:
        yield f"PORTAL_ENV is {settings.env!r}. It is one of demo, development, production."
    if len(settings.secret_key) != 32:
        yield "PORTAL_SECRET_KEY must be 32 random bytes in URL-safe base64. Make one with: python -m portal_app new-key"
    if any(len(key) != 32 for key in settings.old_secret_keys):
        yield "PORTAL_OLD_SECRET_KEYS holds what is no key. Name former PORTAL_SECRET_KEYs, separated by commas."
    if urlsplit(settings.public_url).scheme not in {"http", "https"} or not urlsplit(settings.public_url).hostname:
        yield "PORTAL_PUBLIC_URL must be a full address such as https://portal.example.com."
    if min(settings.render_workers, settings.demo_stripe_port) < 0:
        yield "PORTAL_RENDER_WORKERS and PORTAL_DEMO_STRIPE_PORT are whole numbers."
    if any(role not in UPLOADERS or number < 0 for role, number in settings.upload_daily_gb):
        yield "PORTAL_UPLOAD_DAILY_GB is a list such as photographer=200,editor=50: whole gigabytes for owner, admin and these."
    if settings.largest_video_gb < 1:
        yield "PORTAL_LARGEST_VIDEO_GB is at least 1: how many gigabytes one video may have."
    if min(settings.least_free_gb, settings.studio_gb) < 0:
        yield "PORTAL_LEAST_FREE_GB and PORTAL_STUDIO_GB are whole numbers of gigabytes."
    if not 0 <= settings.proxy_hops <= MOST_HOPS:
        yield f"PORTAL_PROXY_HOPS is how many proxies of your own stand before Foyer: 0 to {MOST_HOPS}, usually 1."
    if settings.redis_url and urlsplit(settings.redis_url).scheme not in {"redis", "rediss"}:
        yield "PORTAL_REDIS_URL is an address such as redis://127.0.0.1:6379/0, or empty: tries are counted in the database then."
    if settings.s3:
        yield from _s3_faults(settings.s3)
    if settings.is_production:
        yield from _production_faults(settings, env)


def _s3_faults(place: S3):
    if not BUCKET.fullmatch(place.bucket):
        yield "PORTAL_S3_BUCKET is the name of a bucket: 3 to 63 small letters, digits, dots and hyphens."
    if not place.key_id or not place.secret:
        yield "PORTAL_S3_KEY_ID and PORTAL_S3_SECRET are needed with PORTAL_S3_BUCKET: no bucket is used that everybody may read."
    if place.endpoint and not _is_web_address(place.endpoint):
        yield "PORTAL_S3_ENDPOINT is an address such as https://s3.example.com, or empty for Amazon's."
    if place.links_url and not _is_web_address(place.links_url):
        yield "PORTAL_S3_LINKS_URL is the address where browsers reach the bucket, or empty."


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return address.scheme in {"http", "https"} and bool(address.hostname) and not address.query
    except ValueError:
        return False


def _production_faults(settings: Settings, env: Mapping[str, str]):
    if "PORTAL_SECRET_KEY" in env and env["PORTAL_SECRET_KEY"] == DEMO_SECRET:
        yield "PORTAL_SECRET_KEY is the demo's. Make your own with: python -m portal_app new-key"
    if "PORTAL_PUBLIC_URL" not in env or not settings.is_https:
        yield "PORTAL_PUBLIC_URL must be your https address: sign-in cookies are refused without it."
    if any("*" in origin for origin in settings.allowed_origins):
        yield "PORTAL_ALLOWED_ORIGINS holds a wildcard: any website could act as a signed-in customer. Name each origin."
    if settings.demo_stripe_port:
        yield "PORTAL_DEMO_STRIPE_PORT starts the pretend Stripe. Remove it in production."
    if settings.stripe_api_base:
        yield "PORTAL_STRIPE_API_BASE points at a stand-in for Stripe. Remove it in production."
    if _is_in_clear(settings.database_url):
        yield "DATABASE_URL leads to another machine in clear. Add ?sslmode=verify-full to it, and sslrootcert if needed."
    if _is_redis_in_clear(settings.redis_url):
        yield "PORTAL_REDIS_URL leads to another machine in clear. Write rediss:// for it."
    if settings.s3 and _is_store_in_clear(settings.s3.endpoint):
        yield "PORTAL_S3_ENDPOINT leads to another machine in clear. Write https:// for it."
    if settings.s3 and settings.s3.links_url.startswith("http://"):
        yield "PORTAL_S3_LINKS_URL must be https: customers fetch their files there."
    if not settings.smtp_url or not settings.mail_from:
        yield "PORTAL_SMTP_URL and PORTAL_MAIL_FROM are needed: customers receive their links and codes by mail."


def _is_in_clear(database_url: str) -> bool:
    """Whether rows would travel over a network unencrypted, or to whoever answers there."""
    try:
        address = urlsplit(database_url)
        host = address.hostname or ""
    except ValueError:
        return False
    asked = parse_qs(address.query)
    host = asked.get("host", [host])[0]
    is_here = not host or host.startswith("/") or host in LOOPBACK
    return address.scheme.startswith("postgres") and not is_here and asked.get("sslmode") != ["verify-full"]


def _is_store_in_clear(endpoint: str) -> bool:
    try:
        address = urlsplit(endpoint)
        return address.scheme == "http" and address.hostname not in LOOPBACK
    except ValueError:
        return False


def _is_redis_in_clear(redis_url: str) -> bool:
    try:
        address = urlsplit(redis_url)
        return address.scheme == "redis" and address.hostname not in LOOPBACK
    except ValueError:
        return False
