"""The files an installation is put up with: what the proxy speaks, and what the units may touch."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof("identity-11")
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SITES = DEPLOY / "Caddyfile"
UNITS = sorted(DEPLOY.glob("*.service"))


def blocks() -> dict[str, str]:
    """The site blocks by their first address, comments left out."""
    text = re.sub(r"(?m)(^|\s)#.*$", "", SITES.read_text())
    found = re.findall(r"^(\S[^\n{]*?) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    return {names.split(",")[0]: body for names, body in found}


def test_the_proxy_speaks_todays_tls_and_takes_no_more_than_needed() -> None:
    site = blocks()["portal.example.com"]
    assert re.search(r"tls \{\s+protocols tls1\.2 tls1\.3\s+\}", site)
    assert not re.search(r"ciphers|internal|insecure|skip_verify|auto_https|tls1\.[01]\b|ca ", site), (
        "Caddy's suites, public certificates"
    )
    assert "max_size 24MB" in site
    assert "respond @inside 404" in site
    assert "file_server" not in SITES.read_text()


def test_only_pages_are_led_to_https() -> None:
    plain = blocks()["http://portal.example.com"]
    assert "redir @pages https://{host}{uri} 308" in plain
    assert "method GET HEAD" in plain
    assert all(f"{path}" in plain for path in ("/api/*", "/webhooks/*", "/_event/*", "/files/*", "/l/*"))
    assert re.search(r'respond "[^"]+" 403', plain)
    secure, clear = (re.findall(r"(?m)^(\S.*?) \{$", SITES.read_text())[n].split(", ") for n in (0, 1))
    assert clear == [f"http://{name}" for name in secure]


def test_the_app_listens_on_this_machine_only() -> None:
    web = (DEPLOY / "foyer-web.service").read_text()
    assert "--backend-host 127.0.0.1" in web
    assert re.findall(r"reverse_proxy (\S+)", SITES.read_text()) == ["127.0.0.1:3000"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_units_give_little_away(unit: Path) -> None:
    text = unit.read_text()
    for line in (
        "User=foyer", "NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=full", "ProtectHome=yes", "CapabilityBoundingSet=",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "UMask=0077", "InaccessiblePaths=-/opt/foyer/.git",
        "EnvironmentFile=/etc/foyer.env",
        "ImportCredential=foyer.*",
    ):  # fmt: skip
        assert f"\n{line}\n" in text, line
    assert not re.search(r"^Environment=", text, re.MULTILINE), "no secret stands in a unit, which everybody may read"


def test_the_proxys_file_can_be_read_by_it() -> None:
    if not shutil.which("caddy"):
        return
    done = subprocess.run(["caddy", "adapt", "--config", str(SITES)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
