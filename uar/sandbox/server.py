"""The emulated tenant on a real loopback socket: one connection a thread, kept alive."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import struct
import threading
import time
from collections.abc import Sequence
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from uar.errors import SetupError

from .auth import OWNER_ROLE, Tokens, authorize, choose_organization, identify, token
from .collection import Collection
from .faults import BODIES, CUTS, MISCHIEF, STATUSES, Fault, fault
from .options import Options
from .routes import TOKEN_PATH, Table
from .tenant import Tenant
from .wire import Refusal, Reply, Request, Row, bad_request, not_found, nothing, wrong_method

TABLE = Table()
CLOCK_PATH = "/sandbox/clock"  # the emulator's own: JumpCloud has no such thing
PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Logged(NamedTuple):
    """One request as it was answered; status 0 means that the connection was cut."""

    method: str
    path: str
    status: int


class Sandbox:
    """The server. `with Sandbox(state) as sandbox:` serves on `sandbox.url` until the block ends.

    `state` is an organisation in the format of `samples/organisation.json`; it is copied, so a
    server never changes its caller's objects. `tenant` is the live state, `options` the switches,
    `faults` what goes wrong; all three may be changed while it runs. `others`: organisations that
    only a multi-tenant key of the first one reaches, by `x-org-id` (API.md 2.4).
    """

    def __init__(
        self,
        state: Row,
        *,
        port: int = 0,
        faults: list[Fault | str] | None = None,
        options: Options | None = None,
        latency_ms: float = 0,
        others: Sequence[Row] = (),
    ) -> None:
        self.tenant = Tenant(state, options)
        self.others = [Tenant(each, self.tenant.options) for each in others]
        every = [self.tenant, *self.others]
        self.tenant.managed = Collection([each.organization for each in every], key="_id")
        self._by_id = {each.organization["_id"]: each for each in every}
        self.faults: list[Fault] = []
        for each in faults or ():
            self.add_fault(each)
        self.latency = latency_ms / 1000
        self.requests: list[Logged] = []
        self.tokens = Tokens()
        self.stopping = threading.Event()
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise SetupError(
                f"Port {port} cannot be used ({error.strerror}); "
                "choose another one with --port, or 0 for any free one."
            ) from error
        self._server.sandbox = self
        self.port: int = self._server.server_address[1]
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def options(self) -> Options:
        return self.tenant.options

    @property
    def org_id(self) -> str:
        return str(self.tenant.organization["_id"])

    @property
    def api_key(self) -> str:
        """The key of an administrator who may only read."""
        return self._key_of("read only")

    @property
    def apply_api_key(self) -> str:
        """The key of an administrator who may write everything."""
        return self._key_of(OWNER_ROLE.lower())

    def _key_of(self, role: str) -> str:
        for entry in self.tenant.keys:
            admin = self.tenant.admins.get(entry.get("admin", ""))
            if admin is not None and str(admin.get("roleName", "")).lower() == role:
                return str(entry["key"])
        raise SetupError(
            f"The organisation has no key of an administrator with the role {role!r}: its `keys` "
            'need an entry {"key": ..., "admin": the id of one}, for whom apiKeyAllowed is true.'
        )

    @property
    def connections(self) -> int:
        """How many are open now."""
        return self._server.connections

    def add_fault(self, written: Fault | str) -> Fault:
        each = fault(written) if isinstance(written, str) else written
        self.faults.append(each)
        return each

    def serve(self) -> None:
        """Answer until `stop` is called from elsewhere."""
        self._server.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()

    def close(self) -> None:
        self._server.server_close()

    def __enter__(self) -> Sandbox:
        self._thread = threading.Thread(target=self.serve, name="sandbox", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self.close()

    # Answering

    def http_date(self, seconds: float = 0) -> str:
        """By the tenant's clock, which the organisation sets."""
        return format_datetime(self.tenant.now() + dt.timedelta(seconds=seconds), usegmt=True)

    def reply(self, request: Request) -> Reply:
        """What the tenant says, without any fault."""
        try:
            return self._routed(request)
        except Refusal as refusal:
            return refusal.reply

    def _routed(self, request: Request) -> Reply:
        tenant = self.tenant
        if request.path == TOKEN_PATH:
            if request.method != "POST":
                raise wrong_method()
            return token(tenant, self.tokens, request)
        if request.path == CLOCK_PATH:
            return self._clock(request)
        found = TABLE.find(request.path)
        if found is None:
            raise not_found()
        routes, request.ids = found
        route = routes.get(request.method)
        with tenant.lock:
            tenant.run_due_rules()
            request.by = identify(tenant, self.tokens, request)
            if route is None:
                raise wrong_method()
            if route.takes_org and request.by.multi_tenant:
                tenant = self._by_id.get(request.headers.get("x-org-id", ""), tenant)
            choose_organization(tenant, request, request.by, route.takes_org)
            authorize(request.by, route.scope)
            with tenant.lock:
                return route.handler(tenant, request)

    def _clock(self, request: Request) -> Reply:
        """Let days pass in a second: `{"now": "2027-01-18T10:00:00Z"}`, for every organisation."""
        if request.method != "PUT":
            raise wrong_method()
        try:
            moment = dt.datetime.fromisoformat(str(request.object().get("now")))
        except ValueError:
            raise bad_request("now must be a time such as 2027-01-18T10:00:00Z") from None
        for tenant in (self.tenant, *self.others):
            with tenant.lock:
                tenant.turn_to(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
        return nothing()


class _Server(ThreadingHTTPServer):
    """Closing ends kept-alive connections too: what is stopped must not answer any more."""

    daemon_threads = False
    request_queue_size = 256
    sandbox: Sandbox

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    @property
    def connections(self) -> int:
        return len(self._open)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        # A client that goes away in the middle is no error of ours.
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def answer(self) -> None:
        sandbox = self.server.sandbox
        path, _, query = self.path.partition("?")
        stated = self.headers.get("Content-Length", "0")
        if not stated.isdigit() or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._send(Reply(411))
            return
        length = int(stated)
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            self.close_connection = True  # the client went away in the middle of it
            return
        request = Request(
            method=self.command,
            path=unquote(path),
            query=parse_qs(query, keep_blank_values=True) if query else {},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        if sandbox.latency:
            time.sleep(sandbox.latency)
        hits = [each for each in sandbox.faults if each.strikes(request, self.path)]
        request.mischief = frozenset(each.kind for each in hits if each.kind in MISCHIEF)
        stop = next((each for each in hits if each.kind in STATUSES + CUTS), None)
        reply = sandbox.reply(request) if stop is None or stop.after else Reply(500)
        if stop is not None and stop.kind in CUTS:
            sandbox.requests.append(Logged(self.command, self.path, 0))
            self._cut(stop)
            return
        if stop is not None:
            reply = stop.reply(sandbox.http_date(2))
        for each in hits:
            if each.kind in BODIES and reply.status < 300:
                reply = each.spoil(reply)
        sandbox.requests.append(Logged(self.command, self.path, reply.status))
        self._send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = answer

    def _send(self, reply: Reply) -> None:
        """Head and body in one write."""
        lines = [
            f"HTTP/1.1 {reply.status} {PHRASES[reply.status]}",
            f"Date: {self.server.sandbox.http_date()}",
        ]
        if reply.status != 204:
            lines.append(f"Content-Type: {reply.content_type}")
            lines.append(f"Content-Length: {len(reply.body)}")
        lines.append("Cache-Control: no-store")
        lines.extend(f"{name}: {value}" for name, value in reply.headers)
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + reply.body)

    def _cut(self, stop: Fault) -> None:
        """End the connection with a reset, at once or after a silence."""
        if stop.kind == "hang":
            self.server.sandbox.stopping.wait(stop.seconds)
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed; `Sandbox.requests` has it all."""
