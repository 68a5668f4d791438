"""Show the built site on localhost, with the headers that a careful host would send."""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import sys
from http import HTTPStatus
from pathlib import Path

from .. import home_dir
from .build import OUTPUT
from .site_builder import CONTENT_SECURITY_POLICY, DBT_DOCS_POLICY

ADDRESS = "127.0.0.1"
# What a browser on this machine calls this machine.
HOST_NAMES = ("localhost", ADDRESS, "[::1]")
METHODS = ("GET", "HEAD")


class SiteServer(http.server.ThreadingHTTPServer):
    """Serves one folder to this machine.

    Attributes:
        hosts: the Host headers it answers to, or None for any. A page of another site that lets its
            own name point to this machine (DNS rebinding) sends that name, and reads nothing.
    """

    # On Windows this option would let two servers share a port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, folder: Path, port: int, *, any_host: bool = False) -> None:
        handler = functools.partial(SiteHandler, directory=str(folder))
        super().__init__((ADDRESS, port), handler)
        self.hosts: set[str] | None = None
        if not any_host:
            self.hosts = {f"{name}:{self.server_port}" for name in HOST_NAMES}
            # Browsers leave out the port that http has by default.
            if self.server_port == 80:
                self.hosts.update(HOST_NAMES)


class SiteHandler(http.server.SimpleHTTPRequestHandler):
    """Sends files with a strict policy."""

    server: SiteServer
    # Seconds after which a silent client is let go, which would keep a thread for ever.
    timeout = 30
    # Stays empty where the request line cannot be read.
    path = ""

    def handle(self) -> None:
        """Answer; that the client has gone away is no error."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def parse_request(self) -> bool:
        """Read the request; returns whether it is to be answered with a file."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host", [])
        if self.server.hosts is not None and (
            len(hosts) != 1 or hosts[0].lower() not in self.server.hosts
        ):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "This host is not served here")
            return False
        if self.command not in METHODS:
            self.send_error(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD are answered")
            return False
        return True

    def list_directory(self, path: object) -> None:  # noqa: ARG002
        """Show no folder's list of files: the site links what there is."""
        self.send_error(HTTPStatus.NOT_FOUND, "File not found")

    def end_headers(self) -> None:
        """Send the security headers and end the headers."""
        is_dbt_docs = self.path.startswith("/dbt/")
        policy = DBT_DOCS_POLICY if is_dbt_docs else CONTENT_SECURITY_POLICY
        self.send_header("Content-Security-Policy", policy + "; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Allow", ", ".join(METHODS))
        super().end_headers()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sci serve`."""
    parser.add_argument(
        "--port",
        type=int,
        default=8000,
        metavar="N",
        help="8000 if not given; 0 for any that is free",
    )
    parser.add_argument("--index", type=Path, metavar="DIR", help="index folder")
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="the built site",
    )
    parser.add_argument(
        "--any-host",
        action="store_true",
        help="answer whatever name the browser used, for a proxy in front;"
        " if not given, only localhost, 127.0.0.1 and [::1]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; returns the exit code."""
    folder = arguments.folder or home_dir(arguments.index) / OUTPUT
    if not (folder / "index.html").is_file():
        print(f"there is no site in {folder}: run sci site first", file=sys.stderr)
        return 1
    try:
        server = SiteServer(folder, arguments.port, any_host=arguments.any_host)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        print(
            f"port {arguments.port} cannot be used ({reason}): choose another with --port",
            file=sys.stderr,
        )
        return 1
    with server:
        try:
            print(f"http://{ADDRESS}:{server.server_port}/  (Ctrl+C ends)", flush=True)
            server.serve_forever()
        except KeyboardInterrupt:
            print("The site is no longer served.")
    return 0
