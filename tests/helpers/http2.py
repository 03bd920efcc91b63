"""An HTTP/2 server without TLS, which a client has to know of (prior knowledge)."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable
from typing import Any

import h2.config
import h2.connection
import h2.events

from helpers.threaded import ThreadedServer


class Http2Server(ThreadedServer):
    """Responds to every request with JSON; use it as a context manager.

    Args:
        respond: Method, path and body of a request -> status and JSON value.

    Attributes:
        url: URL of the server.
        requests: Headers of the requests, in order.
        connections: Number of connections.
    """

    def __init__(self, respond: Callable[[str, str, bytes], tuple[int, Any]]) -> None:
        super().__init__()
        self.requests: list[dict[str, str]] = []
        self._respond = respond

    def serve(self, client: socket.socket) -> None:
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        heads: dict[int, dict[str, str]] = {}
        bodies: dict[int, bytes] = {}
        with contextlib.suppress(OSError), client:
            state.initiate_connection()
            client.sendall(state.data_to_send())
            while data := client.recv(65536):
                for event in state.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        heads[event.stream_id], bodies[event.stream_id] = dict(event.headers), b""
                    elif isinstance(event, h2.events.DataReceived):
                        bodies[event.stream_id] += event.data
                        state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    elif isinstance(event, h2.events.StreamEnded):
                        self._send(state, event.stream_id, heads[event.stream_id], bodies[event.stream_id])
                client.sendall(state.data_to_send())

    def _send(self, state: h2.connection.H2Connection, stream: int, head: dict[str, str], body: bytes) -> None:
        self.requests.append(head)
        status, value = self._respond(head[":method"], head[":path"], body)
        data = json.dumps(value).encode()
        headers = {":status": str(status), "content-type": "application/json", "content-length": str(len(data))}
        state.send_headers(stream, list(headers.items()))
        state.send_data(stream, data, end_stream=True)
