"""Settings: the demo needs none; production refuses with every fault at once; the example names each."""

from __future__ import annotations

import base64
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal_app import cli
from portal_app.core.viewer import Role
from portal_app.db import Database
from portal_app.demo.cast import Person
from portal_app.demo.founding import hire_or_welcome
from portal_app.domain import tables
from portal_app.domain.billing.models import Mode, StripeAccount
from portal_app.domain.studios.models import Studio
from portal_app.readiness import faults_of, ready_settings
from portal_app.settings import DEMO_SECRET, BadSettings, read_settings, settings_and_faults

pytestmark = pytest.mark.proof("main-job-03")
ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "PORTAL_ENV": "production",
    "PORTAL_PUBLIC_URL": "https://portal.example.com",
    "PORTAL_SECRET_KEY": base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "PORTAL_SMTP_URL": "smtps://mail.example.com",
    "PORTAL_MAIL_FROM": "studio@example.com",
}


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    return GOOD | {"PORTAL_DATA_DIR": str(tmp_path / "data")}


def live_in(environ: dict[str, str], *rows) -> None:
    """A database with a studio and these rows, where these settings look for it."""
    database = Database(read_settings(environ).database_url)
    tables.metadata.create_all(database.engine)
    with database.unit_of_work() as db:
        studio = Studio(slug="real", name="Real")
        db.add(studio)
        db.flush()
        for row in rows:
            row(db, studio)
    database.close()


def demo_account(db, studio: Studio) -> None:
    hire_or_welcome(db, studio, Person("x", "X", "x@example.com", Role.OWNER), "", now=datetime(2026, 1, 1, tzinfo=UTC))


def live_key(db, studio: Studio) -> None:
    db.add(
        StripeAccount(studio_id=studio.id, mode=Mode.LIVE, endpoint_token="t", secret_key_box=b"k", webhook_secret_box=b"w")
    )  # fmt: skip


def test_the_demo_needs_no_setting_and_lives_apart() -> None:
    settings = read_settings({})
    assert settings.is_demo
    assert settings.data_dir == Path(".data/demo").absolute()
    assert read_settings({"PORTAL_ENV": "development"}).data_dir == Path(".data").absolute()


def test_a_sound_production_may_start(good: dict[str, str]) -> None:
    assert ready_settings(good).is_production


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"PORTAL_SECRET_KEY": ""}, "PORTAL_SECRET_KEY must be 32 random bytes"),
        ({"PORTAL_SECRET_KEY": DEMO_SECRET}, "PORTAL_SECRET_KEY is the demo's"),
        ({"PORTAL_ALLOWED_ORIGINS": "https://a.example, https://*.example"}, "wildcard"),
        ({"PORTAL_PUBLIC_URL": "http://portal.example.com"}, "https"),
        ({"PORTAL_DEMO_STRIPE_PORT": "3900"}, "pretend Stripe"),
        ({"PORTAL_STRIPE_API_BASE": "http://localhost:3900"}, "stand-in"),
        ({"PORTAL_SMTP_URL": ""}, "PORTAL_SMTP_URL"),
        ({"PORTAL_ENV": "prod"}, "PORTAL_ENV"),
        ({"PORTAL_RENDER_WORKERS": "many"}, "whole numbers"),
        ({"PORTAL_OLD_SECRET_KEYS": "short"}, "PORTAL_OLD_SECRET_KEYS"),
        ({"PORTAL_REDIS_URL": "redis://cache.example.com:6379/0"}, "PORTAL_REDIS_URL leads to another machine in clear"),
        ({"PORTAL_S3_BUCKET": "photos"}, "PORTAL_S3_KEY_ID and PORTAL_S3_SECRET are needed"),
        ({"PORTAL_S3_KEY_ID": "k", "PORTAL_S3_SECRET": "s"}, "PORTAL_S3_BUCKET is the name of a bucket"),
        ({"PORTAL_S3_BUCKET": "photos", "PORTAL_S3_ENDPOINT": "s3.example.com"}, "PORTAL_S3_ENDPOINT is an address"),
        ({"PORTAL_S3_BUCKET": "photos", "PORTAL_S3_ENDPOINT": "http://s3.example.com"}, "PORTAL_S3_ENDPOINT leads to another"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "DATABASE_URL does not answer"),
    ],
)
def test_each_fault_is_said_in_words(good: dict[str, str], change: dict[str, str], word: str) -> None:
    with pytest.raises(BadSettings) as refused:
        ready_settings(good | change)
    assert any(word in fault for fault in refused.value.faults), refused.value.faults


def test_all_faults_are_listed_at_once(good: dict[str, str]) -> None:
    live_in(good, demo_account, live_key)
    wrong = good | {
        "PORTAL_SECRET_KEY": "",
        "PORTAL_ALLOWED_ORIGINS": "*",
        "PORTAL_STRIPE_API_BASE": "http://localhost:3900",
    }
    with pytest.raises(BadSettings) as refused:
        ready_settings(wrong)
    said = "\n".join(refused.value.faults)
    for word in ("PORTAL_SECRET_KEY", "wildcard", "PORTAL_STRIPE_API_BASE", "demo accounts", "live Stripe key"):
        assert word in said
    assert len(refused.value.faults) >= 5


def test_demo_accounts_keep_production_closed(good: dict[str, str]) -> None:
    live_in(good, demo_account)
    assert any("demo accounts" in fault for fault in faults_of(read_settings(good)))


def test_a_live_key_and_the_stand_in_never_meet_even_outside_production(tmp_path: Path) -> None:
    environ = {"PORTAL_DATA_DIR": str(tmp_path)}
    live_in(environ, live_key)
    assert any("live Stripe key" in fault for fault in faults_of(read_settings(environ)))
    assert not faults_of(read_settings(environ | {"PORTAL_ENV": "development"}))


def test_the_check_says_the_same_beforehand(
    good: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live_in(good, demo_account)
    for name, value in (good | {"PORTAL_SECRET_KEY": ""}).items():
        monkeypatch.setenv(name, value)
    assert cli.main(["check"]) == 1
    said = capsys.readouterr().err
    with pytest.raises(BadSettings) as refused:
        ready_settings()
    assert all(fault in said for fault in refused.value.faults)
    monkeypatch.setenv("PORTAL_SECRET_KEY", good["PORTAL_SECRET_KEY"])
    monkeypatch.setenv("PORTAL_DATA_DIR", good["PORTAL_DATA_DIR"] + "-new")
    assert cli.main(["check"]) == 0


def test_a_new_key_fits(good: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["new-key"])
    assert ready_settings(good | {"PORTAL_SECRET_KEY": capsys.readouterr().out.strip()})


@pytest.mark.proof("identity-11")
def test_a_database_far_away_is_reached_by_tls_only(good: dict[str, str]) -> None:
    def is_refused(url: str) -> bool:
        return any("in clear" in fault for fault in settings_and_faults(good | {"DATABASE_URL": url})[1])

    for query in (
        "",
        "?sslmode=disable",
        "?sslmode=prefer",
        "?sslmode=require",
        "?sslmode=verify-ca",
        "?sslmode=verify-full&sslmode=disable",
    ):
        assert is_refused(f"postgresql://foyer:x@db.example.com/foyer{query}"), query
    assert is_refused("postgresql://foyer:x@/foyer?host=db.example.com")
    for url in (
        "foyer:x@127.0.0.1/foyer",
        "foyer@localhost/foyer",
        "/foyer",
        "/foyer?host=/run/postgresql",
        "db.example.com/foyer?sslmode=verify-full",
    ):
        assert not is_refused(f"postgresql://{url}"), url


@pytest.mark.proof("identity-11")
def test_secrets_may_come_from_systemds_keeping(good: dict[str, str], tmp_path: Path) -> None:
    kept = tmp_path / "credentials"
    kept.mkdir()
    (kept / "foyer.PORTAL_SECRET_KEY").write_text(good["PORTAL_SECRET_KEY"] + "\n")
    (kept / "foyer.PORTAL_SMTP_URL").write_text("smtps://foyer:quiet@mail.example.com")
    (kept / "other.PORTAL_MAIL_FROM").write_text("evil@example.com")
    environ = {name: value for name, value in good.items() if name not in {"PORTAL_SECRET_KEY", "PORTAL_SMTP_URL"}}
    assert settings_and_faults(environ)[1]
    settings = ready_settings(environ | {"CREDENTIALS_DIRECTORY": str(kept)})
    assert settings.secret_key == bytes(range(32))
    assert settings.smtp_url.startswith("smtps://foyer:quiet@")
    assert settings.mail_from == good["PORTAL_MAIL_FROM"]


def test_the_demo_command_keeps_out_of_production(good: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in good.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["demo"]) == 1


def test_create_studio_opens_one_and_says_where(
    good: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in good.items():
        monkeypatch.setenv(name, value)
    asked = ["create-studio", "sea-view", "Sea View", "--owner-name", "Ann Lee", "--owner-email", "ann@sea.example"]
    monkeypatch.setattr("sys.stdin", io.StringIO("three quiet words\n" * 3))
    assert cli.main(asked) == 0
    assert "Sea View is open at https://portal.example.com" in capsys.readouterr().out
    assert cli.main(asked) == 1, "the name is taken"
    assert "already a studio" in capsys.readouterr().err


def test_the_example_names_every_setting_and_no_other() -> None:
    used = set(re.findall(r'"((?:PORTAL_|DATABASE_)[A-Z0-9_]+)"', (ROOT / "portal_app" / "settings.py").read_text()))
    named = set(re.findall(r"^#?((?:PORTAL_|DATABASE_)[A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == named
