"""Show the built site on localhost, with the headers that a careful host would send."""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
from pathlib import Path

from .build import OUTPUT
from .site_builder import CONTENT_SECURITY_POLICY, DBT_DOCS_POLICY


class SiteHandler(http.server.SimpleHTTPRequestHandler):
    """Sends files with a strict policy."""

    def end_headers(self) -> None:
        """Send the security headers and end the headers."""
        is_dbt_docs = self.path.startswith("/dbt/")
        policy = DBT_DOCS_POLICY if is_dbt_docs else CONTENT_SECURITY_POLICY
        self.send_header("Content-Security-Policy", policy + "; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-cache")
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
    parser.add_argument("--folder", type=Path, default=OUTPUT, metavar="DIR", help="the built site")


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted; returns the exit code."""
    if not (arguments.folder / "index.html").is_file():
        print(f"there is no site in {arguments.folder}: run make site first", file=sys.stderr)
        return 1
    handler = functools.partial(SiteHandler, directory=str(arguments.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/  (Ctrl+C ends)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0
