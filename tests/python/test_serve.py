"""`sci serve` answers this machine's own browser, and nothing that is wrong ends in a traceback."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from smart_city_index.site.serve import SiteHandler, SiteServer, add_arguments, run

# Only a test that fails waits as long as this.
PATIENCE_SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a page, and a folder without one."""
    (tmp_path / "index.html").write_text("<p>the page</p>", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file.txt").write_text("a file", encoding="utf-8")
    return tmp_path


@contextlib.contextmanager
def served(folder: Path, *, any_host: bool = False) -> Iterator[int]:
    """Serve a folder meanwhile; gives the port."""
    with SiteServer(folder, 0, any_host=any_host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """Return the port on which the folder is served."""
    with served(folder) as port:
        yield port


def ask(
    port: int, path: str = "/", method: str = "GET", host: str | None = None
) -> tuple[int, str]:
    """Return status and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def send(port: int, request: bytes) -> bytes:
    """Return everything that the server sends until it ends the connection."""
    received = b""
    # A server that has not read everything may also reset the connection after its answer.
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection,
    ):
        connection.sendall(request)
        while part := connection.recv(65536):
            received += part
    return received


def arguments_for(folder: Path, port: int) -> argparse.Namespace:
    """Return the arguments of `sci serve` for a folder and a port."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(["--folder", str(folder), "--port", str(port)])


def test_page_and_headers(port: int) -> None:
    """The page arrives with the strict policy; HEAD gives its headers alone."""
    assert ask(port) == (200, "<p>the page</p>")
    assert ask(port, method="HEAD") == (200, "")
    answer = send(port, f"GET / HTTP/1.0\r\nHost: localhost:{port}\r\n\r\n".encode())
    assert b"Content-Security-Policy: default-src" in answer


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"nonsense", 400),
        (b"GET / HTTP/9.9.9", 400),
        (b"GET / HTTP/2.0", 505),
        (b"\x00\xff\x16\x03", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.0", 414),
    ],
)
def test_malformed_request_is_answered(
    port: int, capfd: pytest.CaptureFixture[str], request_line: bytes, status: int
) -> None:
    """A request line that cannot be read gets an answer, not a traceback."""
    answer = send(port, request_line + b"\r\n\r\n")
    assert str(status).encode() in answer
    assert ask(port)[0] == 200
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("begin", [b"", b"GET / HT", b"GET / HTTP/1.0\r\nHost: loc"])
def test_silent_client_is_let_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    """A client that stops in the middle is disconnected by the server."""
    monkeypatch.setattr(SiteHandler, "timeout", 0.1)
    with served(folder) as port:
        assert b"the page" not in send(port, begin)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_own_names_are_answered(port: int, name: str) -> None:
    """The names of this machine, with the served port, are answered."""
    assert ask(port, host=f"{name}:{port}")[0] == 200


@pytest.mark.parametrize(
    "host",
    ["example.org", "example.org:{port}", "localhost", "localhost:1", "127.0.0.1.nip.io:{port}"],
)
def test_other_names_are_refused(folder: Path, port: int, host: str) -> None:
    """A name that somebody pointed to this machine reads nothing, unless the option allows it."""
    status, text = ask(port, host=host.format(port=port))
    assert status == 421
    assert "the page" not in text
    with served(folder, any_host=True) as other_port:
        assert ask(other_port, host=host.format(port=other_port)) == (200, "<p>the page</p>")


@pytest.mark.parametrize("hosts", ["", "Host: localhost:{port}\r\nHost: example.org\r\n"])
def test_no_host_and_two_hosts_are_refused(port: int, hosts: str) -> None:
    """A request must say once whom it asks."""
    answer = send(port, f"GET / HTTP/1.1\r\n{hosts.format(port=port)}\r\n".encode())
    assert b" 421 " in answer.splitlines()[0]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_other_methods_are_refused(port: int, method: str) -> None:
    """Whoever tries to change something is told what is answered."""
    answer = send(port, f"{method} / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    assert b" 405 " in answer.splitlines()[0]
    assert b"Allow: GET, HEAD" in answer


def test_no_folder_is_listed(port: int) -> None:
    """A folder without a page looks like nothing; its files are there."""
    assert ask(port, "/data/")[0] == 404
    assert "file.txt" not in ask(port, "/data/")[1]
    assert ask(port, "/data/file.txt") == (200, "a file")
    assert ask(port, "/../outside")[0] == 404


@pytest.mark.parametrize("is_valid", [True, False])
def test_port_that_cannot_be_used(
    folder: Path, port: int, capsys: pytest.CaptureFixture[str], is_valid: bool
) -> None:
    """A port that another program has, or that is none, ends in one sentence."""
    wanted = port if is_valid else 70_000
    assert run(arguments_for(folder, wanted)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"port {wanted} cannot be used (")


def test_folder_without_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without a site ends in one sentence."""
    assert run(arguments_for(tmp_path, 0)) == 1
    assert capsys.readouterr().err.startswith("there is no site in ")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a program without asking it")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_quietly(folder: Path, number: signal.Signals) -> None:
    """Ctrl+C and SIGTERM end it in one sentence, with exit code 0."""
    command = [sys.executable, "-m", "smart_city_index.cli", "serve"]
    with subprocess.Popen(
        [*command, "--folder", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline()
        assert address.startswith("http://127.0.0.1:")
        server.send_signal(number)
        output, errors = server.communicate(timeout=PATIENCE_SECONDS)
    assert (server.returncode, output, errors) == (0, "The site is no longer served.\n", "")
