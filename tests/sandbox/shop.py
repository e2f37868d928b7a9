"""A web server that answers one-click posts, and writes down what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Shop(HTTPServer):
    """It answers with the status it was told."""

    status = 200
    asked: list[tuple[str, dict[str, str], bytes]]


class _Asked(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def shop_open() -> Iterator[Shop]:
    server = Shop(("127.0.0.1", 0), _Asked)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
