"""Show the built site on localhost, with the headers that a careful host would send.

    python dashboard/serve.py [--port 8000] [--folder build/site]
"""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
from pathlib import Path

from .site_builder import CONTENT_SECURITY_POLICY, DASHBOARD_DIR, DBT_DOCS_POLICY

FOLDER = DASHBOARD_DIR.parent / "build" / "site"


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


def main() -> int:
    """Parse the command line and serve until interrupted; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
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


if __name__ == "__main__":
    raise SystemExit(main())
