"""Servers on this machine for the tests: plain answers, a module registry, and repositories by git's own program."""

import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.parsers.terraform.remote.repositories import environment_of_git


@dataclass(frozen=True)
class Reply:
    """What the server answers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Server:
    """A server that answers by `replies` (path without query) and serves the repositories below `repositories`.

    `seen` lists the path of every request, query included, and `sent` the headers that came with it. A reply of its own
    that takes long should end when the server has `stopped`.
    """

    port: int = 0
    replies: dict[str, Reply | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    repositories: Path | None = None
    seen: list[str] = field(default_factory=list)
    sent: list[Mapping[str, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def put(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer `path` with this; an underscore in the name of a header is a dash."""
        self.replies[path] = Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def put_json(self, path: str, value: Any) -> None:
        self.put(path, json.dumps(value).encode(), Content_Type="application/json")

    def put_registry(self, module: str, versions: Mapping[str, str], service: str = "/v1/modules/") -> None:
        """Be the registry of `module`, whose versions are at these locations."""
        self.put_json("/.well-known/terraform.json", {"modules.v1": service})
        listed = [{"version": version} for version in versions]
        self.put_json(f"/v1/modules/{module}/versions", {"modules": [{"versions": listed}]})
        for version, location in versions.items():
            self.put(f"/v1/modules/{module}/{version}/download", status=204, X_Terraform_Get=location)

    def count(self, part: str) -> int:
        """How many requests had `part` in their path."""
        return sum(part in path for path in self.seen)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    world: Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has in http.server
        """Say nothing."""

    def _answer(self) -> None:
        self.world.seen.append(self.path)
        self.world.sent.append(dict(self.headers.items()))
        path = self.path.partition("?")[0]
        reply = self.world.replies.get(path)
        if reply is None and self.world.repositories is not None and path.startswith("/git/"):
            self._run_git(self.world.repositories)
        elif reply is None:
            self._send(Reply(404, {}, b"nothing here"))
        elif isinstance(reply, Reply):
            self._send(reply)
        else:
            reply(self)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        headers = {"Content-Length": str(len(reply.body))} | dict(reply.headers)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _run_git(self, repositories: Path) -> None:
        path, _, query = self.path.partition("?")
        environment = environment_of_git() | {
            "GIT_PROJECT_ROOT": str(repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path.removeprefix("/git"),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._send(Reply(int(headers.pop("Status", "200").split()[0]), headers, content))


@contextmanager
def serving(repositories: Path | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A running server, stopped afterwards; with `tls` it speaks https alone."""
    world = Server(repositories=repositories)
    handler = type("Handler", (_Handler,), {"world": world})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        world.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield world
        finally:
            world.stopped.set()
            server.shutdown()
            thread.join()
