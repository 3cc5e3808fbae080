"""A server with nothing but the upload route and one signed-in photographer, to be killed and cut by tests.

`python -m tests.upload_server <database url> <data dir> <port> <studio id> <account id> [granian]`: uvicorn in one process that
kill -9 ends at once, or granian as in production.
"""

from __future__ import annotations

import os
import sys

import uvicorn
from starlette.applications import Starlette

from portal_app.core.viewer import Role, Viewer
from portal_app.settings import read_settings
from portal_app.web import uploads
from portal_app.wiring import open_wiring

WHO = "UPLOAD_SERVER_WHO"


def app() -> Starlette:
    """The routes. granian's worker calls this."""
    studio_id, account_id = map(int, os.environ[WHO].split())
    viewer = Viewer(studio_id=studio_id, role=Role.PHOTOGRAPHER, account_id=account_id)

    async def who(_request):
        return None, viewer

    uploads.viewer_of_request = who
    open_wiring(read_settings())
    return Starlette(routes=uploads.routes())


def main() -> None:
    """Serve until killed."""
    url, data_dir, port, studio_id, account_id, *kind = sys.argv[1:]
    os.environ |= {"DATABASE_URL": url, "PORTAL_DATA_DIR": data_dir, WHO: f"{studio_id} {account_id}"}
    if kind == ["granian"]:
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "tests.upload_server:app"]
        os.execv(sys.executable, [*command, "--host", "127.0.0.1", "--port", port, "--workers", "1", "--log-level", "warning"])
    uvicorn.run(app(), host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main()
