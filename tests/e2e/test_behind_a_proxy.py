"""Going live as the readme says it: production behind HTTPS, from the files in `deploy/`, signed in through a browser."""

from __future__ import annotations

import base64
import datetime as dates
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser

from tests.e2e.browsing import DESK, person

pytestmark = [pytest.mark.proof("main-job-03"), pytest.mark.slow, pytest.mark.timeout(400)]
ROOT = Path(__file__).resolve().parents[2]
HOST = "portal.localhost"
PASSWORD = "three quiet words"


class Live:
    """A production installation behind HTTPS."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.app_port, self.plain_port = free_port(), free_port(), free_port()
        self.url = f"https://{HOST}:{self.port}"
        self.log = folder / "log.txt"
        self.certificate, self.key = make_certificate(folder)
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_"))} | {
            "PORTAL_ENV": "production",
            "PORTAL_DATA_DIR": str(folder / "data"),
            "PORTAL_PUBLIC_URL": self.url,
            "PORTAL_SECRET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            "PORTAL_MAIL_FROM": "studio@example.com",
            "REFLEX_FRONTEND_PORT": str(self.app_port),
            "REFLEX_BACKEND_PORT": str(self.app_port),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }

    def command(self, *words: str, said: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """`python -m portal_app …` as the operator types it."""
        run = [sys.executable, "-m", "portal_app", *words]
        environ = self.environ | changes
        return subprocess.run(run, cwd=ROOT, env=environ, input=said, capture_output=True, text=True, check=False)

    def client(self, host: str = HOST, **headers: str) -> httpx.Client:
        """Plain HTTPS; not every resolver knows that `*.localhost` is this machine, so the name is only said."""

        def name(request: httpx.Request) -> None:
            request.extensions["sni_hostname"] = HOST

        trust = ssl.create_default_context(cafile=str(self.certificate))
        said = {"Host": f"{host}:{self.port}"} | headers
        hooks = {"request": [name]}
        return httpx.Client(base_url=f"https://127.0.0.1:{self.port}", verify=trust, headers=said, event_hooks=hooks, timeout=10)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Checked, founded, started from the unit's own command, and put behind the Caddyfile."""
    here = Live(tmp_path_factory.mktemp("live"))
    ready = here.command("check")
    assert ready.returncode == 0, ready.stderr
    words = ["create-studio", "sea-view", "Sea View", "--owner-name", "Ann Lee", "--owner-email", "ann@sea.example"]
    founded = here.command(*words, said=PASSWORD + "\n")
    assert founded.returncode == 0, founded.stderr
    checkout = here.folder / "foyer"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(checkout)], check=True)
    with started(unit_command(), checkout, here), started(proxy_command(here), here.folder, here):
        wait_for(here)
        yield here


def unit_command() -> list[str]:
    """What the systemd unit starts, with this environment's programs."""
    unit = (ROOT / "deploy" / "foyer-web.service").read_text()
    program, *words = re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)[1].split()
    return [sys.executable, "-m", Path(program).name, *words]


def proxy_command(live: Live) -> list[str]:
    """The Caddyfile with this test's names in it; without Caddy, a plain TLS proxy."""
    if not shutil.which("caddy"):
        ports = [str(live.port), str(live.app_port)]
        return [sys.executable, "-m", "tests.tls_proxy", *ports, str(live.certificate), str(live.key)]
    site = (ROOT / "deploy" / "Caddyfile").read_text()
    site = re.sub(r"^portal\.example\.com.*{$", f"{live.url} {{", site, flags=re.MULTILINE)
    site = re.sub(r"^http://portal\.example\.com.*{$", f"http://{HOST}:{live.plain_port} {{", site, flags=re.MULTILINE)
    site = site.replace("\ttls {", f"\ttls {live.certificate} {live.key} {{")
    site = site.replace("127.0.0.1:3000 {", f"127.0.0.1:{live.app_port} {{")
    whole = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n" + site
    (live.folder / "Caddyfile").write_text(whole)
    return ["caddy", "run", "--config", str(live.folder / "Caddyfile"), "--adapter", "caddyfile"]


@contextmanager
def started(command: list[str], folder: Path, live: Live) -> Iterator[None]:
    """A process and all it starts, gone afterwards."""
    environ = live.environ | {"PYTHONPATH": str(folder if (folder / "tests").exists() else ROOT)}
    environ |= {"XDG_DATA_HOME": str(live.folder / "caddy"), "XDG_CONFIG_HOME": str(live.folder / "caddy")}
    with live.log.open("ab") as out:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=out, start_new_session=True)
        try:
            yield
        finally:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            _, left = psutil.wait_procs(family, timeout=30)
            for one in left:
                one.kill()
            process.wait(10)
            assert not left, f"still running after its stop signal: {left}"


def wait_for(live: Live) -> None:
    ends = time.monotonic() + 180
    while time.monotonic() < ends:
        with suppress(httpx.HTTPError), live.client() as client:
            if client.get("/brand.css").status_code == 200:
                return
        time.sleep(0.3)
    pytest.fail(f"production did not start:\n{live.log.read_text()[-3000:]}")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for our host name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dates.datetime.now(dates.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName("stranger.localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(hours=1))
        .not_valid_after(now + dates.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    paths[1].write_bytes(secret)
    return paths


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def test_the_owner_signs_in_through_https_with_a_host_cookie(live: Live, browser: Browser) -> None:
    with person(browser, DESK, ignore_https_errors=True) as ann:
        sockets: list[str] = []
        ann.page.on("websocket", lambda socket: sockets.append(socket.url))
        ann.page.goto(f"{live.url}/login")
        ann.page.get_by_label("Email").fill("ann@sea.example")
        ann.page.get_by_label("Password").fill(PASSWORD)
        ann.page.get_by_role("button", name="Sign in", exact=True).click()
        ann.page.wait_for_url(lambda address: "/login" not in address)
        ann.page.wait_for_url("**/admin**")
        ann.page.get_by_text("Ann Lee").first.wait_for(state="attached")
        cookie = next(each for each in ann.context.cookies() if "foyer" in each["name"])
        assert cookie["name"] == "__Host-foyer"
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["path"] == "/"
        assert sockets
        assert all(url.startswith(f"wss://{HOST}:{live.port}/_event") for url in sockets), sockets
        assert not ann.faults


def test_every_answer_asks_for_https_from_now_on(live: Live) -> None:
    with live.client() as client:
        for path in ("/login", "/brand.css", "/foyer.css", "/nowhere"):
            assert "max-age=" in client.get(path).headers["strict-transport-security"], path


@pytest.mark.proof("identity-11")
def test_port_80_leads_pages_on_and_refuses_the_rest(live: Live) -> None:
    if not shutil.which("caddy"):
        return
    with httpx.Client(base_url=f"http://127.0.0.1:{live.plain_port}", headers={"Host": f"{HOST}:{live.plain_port}"}) as plain:
        led = plain.get("/login?next=/orders")
        assert (led.status_code, led.headers["location"]) == (308, f"https://{HOST}/login?next=/orders")
        for method, path in (("POST", "/login"), ("POST", "/api/sign-in"), ("POST", "/webhooks/stripe/x"), ("GET", "/l/secret")):
            refused = plain.request(method, path)
            assert (refused.status_code, "location" in refused.headers) == (403, False), path


@pytest.mark.proof("identity-11")
def test_nothing_says_what_stands_there_or_whether_it_lives(live: Live) -> None:
    with live.client() as client:
        assert not {"server", "x-powered-by", "via"} & set(client.get("/login").headers) or not shutil.which("caddy")
        if shutil.which("caddy"):
            assert client.get("/readyz").status_code == 404
    assert httpx.get(f"http://127.0.0.1:{live.app_port}/readyz").status_code == 200


def test_an_unknown_host_is_misdirected(live: Live) -> None:
    with live.client("stranger.localhost") as client, suppress(httpx.HTTPError):
        assert "Sea View" not in client.get("/login").text
    with httpx.Client(base_url=f"http://127.0.0.1:{live.app_port}") as behind:
        for path in ("/login", "/brand.css", "/api/sign-in"):
            assert behind.get(path, headers={"Host": "stranger.example"}).status_code == 421, path
        assert behind.get("/login", headers={"Host": f"{HOST}:{live.port}"}).status_code == 200


def test_no_demo_stands_behind_the_live_door(live: Live) -> None:
    with live.client(Origin=live.url) as client:
        assert client.get("/mailbox").status_code == 404
        page = client.get("/login").text
        assert "harbor-demo" not in page
        refused = client.post("/api/sign-in", data={"email": "olive@harborlight.example", "password": "harbor-demo-1"})
        assert "__Host-foyer=" not in refused.headers.get("set-cookie", "")


def test_a_form_from_another_site_is_refused(live: Live) -> None:
    with live.client(Origin="https://evil.example") as client:
        assert client.post("/api/sign-in", data={"email": "ann@sea.example", "password": PASSWORD}).status_code == 403


def test_every_fault_is_said_at_once_and_nothing_starts(live: Live) -> None:
    wrong = {
        "PORTAL_SECRET_KEY": "",
        "PORTAL_ALLOWED_ORIGINS": "*",
        "PORTAL_STRIPE_API_BASE": "http://127.0.0.1:1",
        "PORTAL_SMTP_URL": "",
    }
    check = live.command("check", **wrong)
    run = [sys.executable, "-m", "reflex", "run", "--env", "prod"]
    start = subprocess.run(run, cwd=live.folder / "foyer", env=live.environ | wrong, capture_output=True, text=True, check=False)
    for done in (check, start):
        assert done.returncode != 0
        for word in ("PORTAL_SECRET_KEY", "wildcard", "PORTAL_STRIPE_API_BASE", "PORTAL_SMTP_URL"):
            assert word in done.stderr + done.stdout, word


def test_the_units_are_well_formed(tmp_path: Path) -> None:
    """What they point at exists in the repository or is made by the readme's steps."""
    for unit in (ROOT / "deploy").glob("*.service"):
        text = unit.read_text()
        for key in ("User=foyer", "WorkingDirectory=/opt/foyer", "EnvironmentFile=/etc/foyer.env", "NoNewPrivileges=yes"):
            assert key in text, (unit.name, key)
        assert re.search(
            r"^ExecStart=/opt/foyer/\.venv/bin/(reflex run --env prod|python -m portal_app worker)", text, re.MULTILINE
        )
