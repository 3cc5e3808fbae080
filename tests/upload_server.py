"""A server with nothing but the upload route and one signed-in photographer, to be killed by tests.

`python -m tests.upload_server <database url> <data dir> <port> <studio id> <account id>`
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette

from portal_app.core.viewer import Role, Viewer
from portal_app.settings import read_settings
from portal_app.web import uploads
from portal_app.wiring import open_wiring


def main() -> None:
    """Serve until killed."""
    url, data_dir, port, studio_id, account_id = sys.argv[1:]
    viewer = Viewer(studio_id=int(studio_id), role=Role.PHOTOGRAPHER, account_id=int(account_id))

    async def who(_request):
        return None, viewer

    uploads.viewer_of_request = who
    open_wiring(read_settings({"DATABASE_URL": url, "PORTAL_DATA_DIR": data_dir}))
    uvicorn.run(Starlette(routes=uploads.routes()), host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main()
