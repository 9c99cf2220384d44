"""A WinRM endpoint for tests: WS-Management over HTTPS on the loopback, with PSRP by psrpcore behind it.

It speaks what a client needs to open a runspace pool, run one pipeline and close: Create, Command, Receive, Send,
Signal and Delete. What a pipeline answers is up to the test. There is basic authentication alone.

Source: Microsoft, [MS-WSMV] and [MS-PSRP].
"""

import base64
import ssl
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from xml.sax.saxutils import escape

import psrpcore
from defusedxml import ElementTree
from psrpcore.types import PSInvocationState

from tests.kit.certificates import Certificates

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
_TIMED_OUT = 2150858793
_STATES = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState"

Answer = Callable[[psrpcore.ServerPipeline, Any], None]
"""Writes a pipeline's output; gets the pipeline, and the PowerShell that it was asked to run."""


@dataclass
class _Pool:
    """A shell: a runspace pool, its pipelines by the id of their commands."""

    runspaces: psrpcore.ServerRunspacePool = field(default_factory=psrpcore.ServerRunspacePool)
    pipelines: dict[str, psrpcore.ServerPipeline] = field(default_factory=dict)


@dataclass
class Windows:
    """The endpoint: where it listens, whom it lets in, and what it was asked to run."""

    certificates: Certificates
    user: str
    password: str
    answer: Answer
    scripts: list[Any] = field(default_factory=list)
    refused: int = 0
    _pools: dict[str, _Pool] = field(default_factory=dict)

    def __enter__(self) -> Self:
        windows = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                expected = base64.b64encode(f"{windows.user}:{windows.password}".encode()).decode()
                if self.headers.get("Authorization") != f"Basic {expected}":
                    windows.refused += 1
                    self._reply(401, "", ("WWW-Authenticate", 'Basic realm="WSMAN"'))
                    return
                status, text = windows._handle(ElementTree.fromstring(body))
                self._reply(status, text)

            def _reply(self, status: int, text: str, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for name, value in (("Content-Type", "application/soap+xml;charset=UTF-8"), *headers):
                    self.send_header(name, value)
                raw = text.encode()
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates.server, self.certificates.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def _handle(self, envelope: Any) -> tuple[int, str]:
        action = envelope.findtext(f".//{{{_ADDRESSING}}}Action").rpartition("/")[2]
        selected = envelope.findtext(f".//{{{_WSMAN}}}Selector") or ""
        status, text = getattr(self, f"_{action.lower()}")(envelope, selected)
        asked = escape(envelope.findtext(f".//{{{_ADDRESSING}}}MessageID"))
        related = f'<s:Header><a:RelatesTo xmlns:a="{_ADDRESSING}">{asked}</a:RelatesTo></s:Header>'
        return status, text.replace("<s:Header/>", related, 1)

    def _create(self, envelope: Any, _selected: str) -> tuple[int, str]:
        shell = envelope.find(f".//{{{_SHELL}}}Shell").get("ShellId") or str(uuid.uuid4()).upper()
        pool = self._pools[shell] = _Pool()
        opening = envelope.findtext(".//{http://schemas.microsoft.com/powershell}creationXml")
        _take(pool.runspaces, opening)
        return 200, _envelope(
            f'<x:ResourceCreated xmlns:x="{_TRANSFER}"><a:ReferenceParameters xmlns:a="{_ADDRESSING}" '
            f'xmlns:w="{_WSMAN}"><w:SelectorSet><w:Selector Name="ShellId">{escape(shell)}</w:Selector></w:SelectorSet>'
            f'</a:ReferenceParameters></x:ResourceCreated><r:Shell xmlns:r="{_SHELL}"><r:ShellId>{escape(shell)}'
            "</r:ShellId></r:Shell>"
        )

    def _command(self, envelope: Any, shell: str) -> tuple[int, str]:
        pool = self._pools[shell]
        command = envelope.find(f".//{{{_SHELL}}}CommandLine").get("CommandId")
        pipeline = psrpcore.ServerPipeline(pool.runspaces, uuid.UUID(command))
        pool.pipelines[command] = pipeline
        _take(pool.runspaces, envelope.findtext(f".//{{{_SHELL}}}Arguments"))
        self._run(pipeline)
        return 200, _envelope(
            f'<r:CommandResponse xmlns:r="{_SHELL}"><r:CommandId>{command}</r:CommandId></r:CommandResponse>'
        )

    def _run(self, pipeline: psrpcore.ServerPipeline) -> None:
        """Run a pipeline whose text has come in whole."""
        if pipeline.metadata is None or pipeline.state != PSInvocationState.NotStarted:
            return
        self.scripts.append(pipeline.metadata)
        pipeline.start()
        self.answer(pipeline, pipeline.metadata)
        if _state_of(pipeline) == PSInvocationState.Running:  # else the answer has ended it
            pipeline.complete()
        pipeline.close()

    def _send(self, envelope: Any, shell: str) -> tuple[int, str]:
        pool = self._pools[shell]
        for stream in envelope.iterfind(f".//{{{_SHELL}}}Stream"):
            _take(pool.runspaces, stream.text)
        for pipeline in pool.pipelines.values():
            self._run(pipeline)
        return 200, _envelope(f'<r:SendResponse xmlns:r="{_SHELL}"/>')

    def _receive(self, envelope: Any, shell: str) -> tuple[int, str]:
        pool = self._pools[shell]
        command = envelope.find(f".//{{{_SHELL}}}DesiredStream").get("CommandId")
        data = pool.runspaces.data_to_send()
        pipeline = pool.pipelines.get(command)
        waiting = {PSInvocationState.NotStarted, PSInvocationState.Running}
        done = pipeline is not None and pipeline.state not in waiting
        if not data and not done:
            return 500, _fault(_TIMED_OUT, "The WS-Management service cannot complete the operation within the time.")
        named = f' CommandId="{command}"' if command else ""
        text = base64.b64encode(bytes(data.data)).decode() if data else ""
        stream = f'<r:Stream Name="stdout"{named}>{text}</r:Stream>' if data else ""
        state = (
            f'<r:CommandState{named} State="{_STATES}/{"Done" if done and not data else "Running"}"/>' if named else ""
        )
        return 200, _envelope(f'<r:ReceiveResponse xmlns:r="{_SHELL}">{stream}{state}</r:ReceiveResponse>')

    def _signal(self, envelope: Any, shell: str) -> tuple[int, str]:
        del envelope, shell
        return 200, _envelope(f'<r:SignalResponse xmlns:r="{_SHELL}"/>')

    def _delete(self, envelope: Any, shell: str) -> tuple[int, str]:
        del envelope
        self._pools.pop(shell, None)
        return 200, _envelope("")


def _state_of(pipeline: psrpcore.ServerPipeline) -> PSInvocationState:
    return pipeline.state


def _take(runspaces: psrpcore.ServerRunspacePool, text: str | None) -> None:
    runspaces.receive_data(psrpcore.PSRPPayload(base64.b64decode(text or ""), psrpcore.StreamType.default, None))
    while runspaces.next_event() is not None:
        pass


def _envelope(body: str) -> str:
    return f'<s:Envelope xmlns:s="{_SOAP}"><s:Header/><s:Body>{body}</s:Body></s:Envelope>'


def _fault(code: int, why: str) -> str:
    return _envelope(
        f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>{why}</s:Text></s:Reason>"
        f'<s:Detail><f:WSManFault xmlns:f="{_FAULT}" Code="{code}" Machine="HV01"><f:Message>{why}</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>"
    )
