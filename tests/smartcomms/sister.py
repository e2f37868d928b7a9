"""The web process for one test: real HTTP on a port of its own, in the test's own transaction."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections
from django.urls import include, path

from regulars.api.bridge.urls import api as bridge

urlpatterns = [
    path("api/bridge/v1/", bridge.urls),
    path("u/", include("regulars.web.smartcomms.urls")),
]


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_message(self, *told: Any) -> None: ...


@contextmanager
def running(settings: Any) -> Iterator[str]:
    """Serve the doors of the bridge, point Smart Communications at Loyalty, and answer the address.

    The server shares the test's connection: the test waits while a request is answered, so the two never meet.
    """
    connection = connections["default"]
    connection.inc_thread_sharing()
    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet)

    def serve() -> None:
        connections["default"] = connection
        server.serve_forever(poll_interval=0.01)

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        settings.SISTER_ADDRESS = f"http://127.0.0.1:{server.server_port}"
        yield settings.SISTER_ADDRESS
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        connection.dec_thread_sharing()
