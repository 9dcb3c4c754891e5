"""The network between one page and its web process, which can be cut without a word."""

import asyncio
import contextlib


class Wire:
    """Carries what is said to this port and back; while it is cut nothing arrives, and no end is known of."""

    def __init__(self, port):
        self.port, self.whole = port, asyncio.Event()
        self.mend()

    async def lay(self):
        """The port to speak to instead."""
        self.server = await asyncio.start_server(self.join, "127.0.0.1")
        return self.server.sockets[0].getsockname()[1]

    def cut(self):
        self.whole.clear()

    def mend(self):
        self.whole.set()

    async def join(self, reader, writer):
        with contextlib.suppress(OSError), contextlib.closing(writer):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.gather(self.carry(reader, far_writer), self.carry(far_reader, writer))

    async def carry(self, reader, writer):
        with contextlib.suppress(OSError), contextlib.closing(writer):
            while said := await reader.read(65_536):
                await self.whole.wait()
                writer.write(said)
                await writer.drain()
            await self.whole.wait()
