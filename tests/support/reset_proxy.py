"""A TCP proxy between clients and server ranks that resets connections when told: what a broken network does to a study.

    with ResetProxy() as proxy:
        proxy.stand_before(directory)   # again after each start of the server: it writes a new endpoint file
        …
        proxy.reset_all()
"""

import asyncio
import json
import os
import pathlib
import re
import socket
import struct
import threading

CHUNK = 256 * 1024


class ResetProxy:
    def __init__(self):
        self.resets = 0  # connections reset
        self.carried = 0  # bytes, both ways
        self._writers = set()
        self._servers = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="reset-proxy")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def stand_before(self, directory):
        """Lets the clients of this study directory that read its endpoint file from now on come through the proxy."""
        path = pathlib.Path(directory) / "run" / "endpoint.json"
        content = json.loads(path.read_text())
        content["endpoints"] = [self.proxied(endpoint) for endpoint in content["endpoints"]]
        temporary = path.with_suffix(".proxied")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(content, file)
        temporary.rename(path)

    def proxied(self, endpoint):
        """The endpoint at which the proxy takes connections for this one, tcp://HOST:PORT."""
        host, port = re.fullmatch(r"tcp://(.+):(\d+)", endpoint).groups()
        return f"tcp://127.0.0.1:{self._call(self._listen(host, int(port)))}"

    def reset_all(self):
        """Resets every connection, with whatever is under way in it. How many there were."""
        return self._call(self._reset_all())

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=20)

    async def _listen(self, host, port):
        async def serve(reader, writer):
            await self._serve(reader, writer, host, port)

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=CHUNK)
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer, host, port):
        self._writers.add(writer)
        try:
            upstream_reader, upstream = await asyncio.open_connection(host, port, limit=CHUNK)
        except OSError:  # the server is down
            self._end(writer)
            return
        self._writers.add(upstream)
        await asyncio.gather(self._pump(reader, upstream), self._pump(upstream_reader, writer))

    async def _pump(self, reader, writer):
        try:
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
                self.carried += len(data)
        except OSError:
            pass  # the other side has ended, or was reset
        self._end(writer)

    def _end(self, writer):
        self._writers.discard(writer)
        writer.close()

    async def _reset_all(self):
        connections, self._writers = self._writers, set()
        for writer in connections:
            linger = struct.pack("ii", 1, 0)  # on close, reset at once and drop what is unsent
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        self.resets += len(connections) // 2
        return len(connections) // 2

    async def _close(self):
        for server in self._servers:
            server.close()
        await self._reset_all()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
