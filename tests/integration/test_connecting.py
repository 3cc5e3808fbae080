"""A studio going live enters its own Stripe keys at the machine."""

import base64
import io

import pytest

from portal_app.adapters.secret_box import SecretBox
from portal_app.adapters.stripe_keys import open_gateway
from portal_app.cli import main
from portal_app.db import Database, upgrade_to_head
from portal_app.domain.billing.keys import keys_of_studio
from portal_app.domain.studios.models import Studio
from portal_app.settings import read_settings


@pytest.fixture
def home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("PORTAL_ENV", "development")
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    database = Database(read_settings().database_url)
    upgrade_to_head(database)
    with database.unit_of_work() as db:
        db.add(Studio(slug="harbor", name="Harbor Light", address="https://portal.example.com"))
    yield database
    database.close()


def connect(monkeypatch: pytest.MonkeyPatch, *lines: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    return main(["connect-stripe", "harbor"])


@pytest.mark.proof("main-job-03")
def test_keys_are_sealed_and_open_the_right_world(home: Database, monkeypatch, capsys) -> None:
    assert connect(monkeypatch, "rk_live_51Abc", "whsec_abc123") == 0
    said = capsys.readouterr().out
    assert "https://portal.example.com/webhooks/stripe/" in said
    assert "live keys" in said
    with home.reading() as db:
        keys = keys_of_studio(db, 1)
    assert keys.mode == "live"
    assert b"51Abc" not in keys.secret_key_box
    assert b"abc123" not in keys.webhook_secret_box
    assert open_gateway(keys, SecretBox(read_settings().secret_key), "")


@pytest.mark.parametrize("lines", [("pk_live_51Abc", "whsec_abc"), ("sk_live_51Abc", "abc"), ("", "")])
def test_what_is_no_key_is_not_kept(home: Database, monkeypatch, capsys, lines: tuple[str, str]) -> None:
    assert connect(monkeypatch, *lines) == 1
    assert "Nothing was kept" in capsys.readouterr().err
    with home.reading() as db:
        assert keys_of_studio(db, 1) is None


def test_a_studio_nobody_opened_is_said(home: Database, monkeypatch, capsys) -> None:
    assert main(["connect-stripe", "nobody"]) == 1
    assert "no studio called nobody" in capsys.readouterr().err


def test_a_replaced_installation_key_reseals_and_sessions_end_by_command(home: Database, monkeypatch, capsys) -> None:
    assert connect(monkeypatch, "rk_live_51Abc", "whsec_abc123") == 0
    monkeypatch.setenv("PORTAL_OLD_SECRET_KEYS", base64.urlsafe_b64encode(read_settings().secret_key).decode())
    monkeypatch.setenv("PORTAL_SECRET_KEY", base64.urlsafe_b64encode(bytes(range(32))).decode())
    assert main(["reseal"]) == 0
    assert "Sealed anew: 2" in capsys.readouterr().out
    with home.reading() as db:
        assert open_gateway(keys_of_studio(db, 1), SecretBox(bytes(range(32))), "")
    assert main(["end-sessions", "harbor"]) == 0
    assert main(["end-sessions", "harbor", "--email", "nobody@x.example"]) == 0
    assert main(["end-sessions", "nowhere"]) == 1
    assert main(["forget-second-step", "harbor", "nobody@x.example"]) == 1
    assert "Nobody signs in here" in capsys.readouterr().err
