"""A TLS proxy for machines without Caddy: `python -m tests.tls_proxy PORT APP_PORT CERTIFICATE KEY`. Bytes pass as they are."""

from __future__ import annotations

import asyncio
import signal
import ssl
import sys
from contextlib import suppress


async def serve(port: int, app_port: int, certificate: str, key: str) -> None:
    """Listen until stopped."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inside = await asyncio.open_connection("127.0.0.1", app_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, inside[1]), pass_on(inside[0], writer))

    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=context)
    await server.serve_forever()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side hangs up."""
    with suppress(OSError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # it keeps nothing, so nothing has to be put in order first
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
