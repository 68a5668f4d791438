"""The recipes of docs/connect.md, run with the real clients; each also sees another build.

Runs in .venv-clients (`make clients`); Superset runs in .venv-superset.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool
from streamlit.testing.v1 import AppTest

from ..python.connect_page import CITY_COUNT, DATABASE, FIRST_CITY, RANKING, blocks, publish_another

PROJECT_ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SUPERSET_BIN = PROJECT_ROOT / ".venv-superset" / "bin"
NODE_MODULES = PROJECT_ROOT / ".venv-clients" / "node_modules"
OTHER_CITY = "Other city"
STARTING_SECONDS = 240

Shown = Callable[[str, str], None]


def run(script: str, directory: Path, program: str = "bash") -> str:
    """Run a block of the page.

    Args:
        script: the block.
        directory: where it runs.
        program: bash, or the Python of an environment.

    Returns:
        What it printed.
    """
    completed = subprocess.run(
        [program, "-c", script],
        cwd=directory,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def wait_for(condition: Callable[[], Any]) -> Any:
    """Return the condition's first true value; fail if it has none in STARTING_SECONDS."""
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.5)
    raise AssertionError("the client did not get ready in time")


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def serving(script: str, directory: Path, bin_dir: Path, health: str) -> Iterator[None]:
    """Run a server until the body ends.

    Args:
        script: bash commands, the last of which serves.
        directory: where they run; gets the server's output as server.log.
        bin_dir: directory of the server's programs.
        health: address that answers as soon as the server is ready.
    """

    def is_ready() -> bool:
        assert server.poll() is None, (directory / "server.log").read_text(encoding="utf-8")
        try:
            return urllib.request.urlopen(health, timeout=10).status == 200
        except OSError:
            return False

    with (directory / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            ["bash", "-e", "-c", script],
            cwd=directory,
            env={**os.environ, "PATH": f"{bin_dir}:{os.environ['PATH']}"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(is_ready)
            yield
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=60)


def test_duckdb_cli(directory: Path, shown: Shown) -> None:
    """It prints the table of the page, refuses to write, and shows another build after `.open`."""
    (command,) = blocks("DuckDB CLI", "sh")
    assert run(command, directory) == blocks("DuckDB CLI", "text")[0]
    first = (
        "select city_name from league_table where ranking_id = 'open_data_index'"
        " and edition = 2026 and overall_rank = 1;"
    )
    session = subprocess.Popen(
        [BIN / "duckdb", "-readonly", "-list", "-noheader", DATABASE],
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    keyboard, screen = session.stdin, session.stdout
    assert keyboard
    assert screen

    def answer(line: str) -> str:
        keyboard.write(f"{line}\n")
        keyboard.flush()
        return screen.readline().strip()

    assert answer(first) == FIRST_CITY
    publish_another(directory / DATABASE, OTHER_CITY)
    assert answer(first) == FIRST_CITY
    assert answer(f".open --readonly {DATABASE}\n{first}") == OTHER_CITY
    assert "read-only mode" in answer("drop table dim_cities;")
    session.communicate()
    shown(f"DuckDB CLI {version('duckdb-cli')}", f"first: {FIRST_CITY}; after .open: {OTHER_CITY}")


class Terminal:
    """A program in a terminal of 200 columns."""

    def __init__(self, name: str, command: str, directory: Path) -> None:
        """Start the program.

        Args:
            name: of this terminal, and of no other in the run.
            command: what runs in it.
            directory: where it runs.
        """
        self.tmux = ["tmux", "-L", f"{name}_{os.getpid()}", "-f", "/dev/null"]
        size = ["-x", "200", "-y", "45"]
        # without the size of the terminal that pytest has
        start = f"exec env -u COLUMNS -u LINES HOME={shlex.quote(str(directory))} {command}"
        subprocess.run([*self.tmux, "new-session", "-d", *size, start], cwd=directory, check=True)

    def screen(self) -> str:
        """Return what the terminal shows."""
        return subprocess.run(
            [*self.tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True
        ).stdout

    def send(self, *keys: str) -> None:
        """Press keys, and leave the program a second for them."""
        subprocess.run([*self.tmux, "send-keys", *keys], check=True)
        time.sleep(1)

    def close(self) -> None:
        """End the program."""
        subprocess.run([*self.tmux, "kill-server"], check=True)


def test_harlequin(directory: Path, shown: Shown) -> None:
    """It shows the ranking; after another build it shows the old one until it is restarted."""
    if not shutil.which("tmux"):
        pytest.skip("Harlequin is looked at in tmux, which is not installed")
    (command,) = blocks("Harlequin", "sh")
    ranking = " ".join(RANKING.strip().rstrip(";").split())

    @contextlib.contextmanager
    def harlequin(name: str) -> Iterator[Terminal]:
        terminal = Terminal(name, f"{BIN}/{command}", directory)
        try:
            wait_for(lambda: "smart_city_index" in terminal.screen())
            yield terminal
        finally:
            terminal.close()

    def result(terminal: Terminal, query: str, column: str) -> str:
        """Replace the editor's text by a query, run it, and return the screen with its result."""
        terminal.send("F2")
        terminal.send("C-a")
        terminal.send("-l", query)
        terminal.send("C-j")
        wait_for(lambda: f"{column} s " in terminal.screen())
        return terminal.screen()

    with harlequin("first") as terminal:
        first = result(terminal, ranking, "city_name")
        assert "(7 Records)" in first
        assert FIRST_CITY in first
        assert "Düsseldorf" in first
        publish_another(directory / DATABASE, OTHER_CITY)
        again = ranking.replace("city_name", "city_name as city")
        assert FIRST_CITY in result(terminal, again, "city")
    with harlequin("restarted") as terminal:
        assert OTHER_CITY in result(terminal, ranking, "city_name")
    shown(f"Harlequin {version('harlequin')}", f"first: {FIRST_CITY}; restarted: {OTHER_CITY}")


def flag_as_simulated(file: Path) -> None:
    """Publish the file anew with the flags of an own index, all cities but one simulated."""
    staged = file.with_name("staged.duckdb")
    shutil.copyfile(file, staged)
    with duckdb.connect(str(staged)) as connection:
        connection.execute("update dim_rankings set is_simulated_ranking = true")
        connection.execute(
            "update fct_index_results set is_simulated_ranking = true,"
            " is_simulated = city_id <> 'duesseldorf'"
        )
    staged.replace(file)


def test_streamlit_app(directory: Path, monkeypatch: pytest.MonkeyPatch, shown: Shown) -> None:
    """The page shows what is chosen, marks what is simulated, and shows another build at once."""
    monkeypatch.setattr(sys, "argv", ["streamlit_app.py", str(directory / DATABASE)])
    app = AppTest.from_file(str(PROJECT_ROOT / "examples/streamlit_app.py"), default_timeout=60)
    app.run()
    assert not app.exception
    ranking, edition, category = app.selectbox
    assert (ranking.value, edition.value, category.value) == ("open_data_index", 2026, "overall")
    assert not app.warning
    assert set(app.dataframe[0].value["scores"]) == {"real"}

    def first_city() -> str:
        app.run()
        assert not app.exception
        return str(app.dataframe[0].value["city"][0])

    assert first_city() == FIRST_CITY
    assert f"{CITY_COUNT} of" in app.caption[0].value

    with duckdb.connect(str(directory / DATABASE), read_only=True):
        publish_another(directory / DATABASE, OTHER_CITY)
        assert first_city() == FIRST_CITY  # a kept connection would be the old build for everyone
    assert first_city() == OTHER_CITY

    flag_as_simulated(directory / DATABASE)
    app.run()
    assert "Simulated" in app.warning[0].value
    by_city = app.dataframe[0].value.set_index("city")["scores"]
    assert set(by_city.drop("Düsseldorf")) == {"simulated"}
    assert by_city["Düsseldorf"] == "real"
    shown(f"Streamlit {version('streamlit')}", f"first: {FIRST_CITY}; next click: {OTHER_CITY}")


def test_streamlit_serves_the_app(directory: Path) -> None:
    """The command of the page serves."""
    (command,) = blocks("Streamlit", "sh")
    port = free_port()
    options = f"--server.headless true --server.port {port} --browser.gatherUsageStats false"
    script = f"exec {command.strip()} {options}"
    with serving(script, directory, BIN, f"http://127.0.0.1:{port}/_stcore/health"):
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30).read()
    assert b"<title>Streamlit</title>" in page


def test_parquet_readers(directory: Path, shown: Shown) -> None:
    """Each block prints the first seven places."""
    packages = ("pandas", "polars", "pyarrow", "pandas")
    for package, block in zip(packages, blocks("pandas", "python"), strict=True):
        printed = run(block, directory, program=sys.executable)
        assert FIRST_CITY in printed
        assert "Düsseldorf" in printed
        shown(f"{package} {version(package)}", f"first: {FIRST_CITY}, from Parquet")


def test_sqlalchemy(directory: Path, shown: Shown) -> None:
    """The block prints the ranking and a comment; NullPool shows another build, a pool does not."""
    (block,) = blocks("SQLAlchemy", "python")
    printed = run(block, directory, program=sys.executable)
    assert FIRST_CITY in printed
    assert "its name in lower case" in printed
    address = f"duckdb:///{directory / DATABASE}?access_mode=READ_ONLY"

    def first_city(engine: Any) -> str:
        with engine.connect() as connection:
            return str(connection.execute(text(RANKING)).all()[0][1])

    without_pool = create_engine(address, poolclass=NullPool)
    assert first_city(without_pool) == FIRST_CITY
    publish_another(directory / DATABASE, OTHER_CITY)
    assert first_city(without_pool) == OTHER_CITY
    with_pool = create_engine(address)
    assert first_city(with_pool) == OTHER_CITY
    publish_another(directory / DATABASE, FIRST_CITY)
    assert first_city(with_pool) == OTHER_CITY
    with_pool.dispose()
    assert first_city(with_pool) == FIRST_CITY
    with with_pool.connect() as connection, pytest.raises(ProgrammingError, match="read-only mode"):
        connection.execute(text("delete from dim_cities"))
    with_pool.dispose()
    shown(
        f"SQLAlchemy {version('sqlalchemy')}",
        f"first: {FIRST_CITY}; next connect(): {OTHER_CITY} (NullPool)",
    )


def test_ibis(directory: Path, shown: Shown) -> None:
    """The block prints the ranking from a view of schema bi."""
    (block,) = blocks("ibis", "python")
    assert FIRST_CITY in run(block, directory, program=sys.executable)
    shown(f"ibis {version('ibis-framework')}", f"first: {FIRST_CITY}, from schema bi")


def test_node(directory: Path, shown: Shown) -> None:
    """The block prints the ranking in Node.js."""
    if not NODE_MODULES.is_dir():
        pytest.skip("there is no npm")
    (directory / "node_modules").symlink_to(NODE_MODULES)
    (block,) = blocks("Node.js", "js")
    (directory / "ranking.mjs").write_text(block, encoding="utf-8")
    printed = run("node ranking.mjs", directory)
    assert printed.startswith(f"1  {FIRST_CITY}")
    package = json.loads((NODE_MODULES / "@duckdb" / "node-api" / "package.json").read_text())
    shown(f"Node.js {package['version']}", f"first: {FIRST_CITY}, from schema bi")


class Superset:
    """Superset's API as its own pages use it, logged in."""

    def __init__(self, address: str) -> None:
        """Log in.

        Args:
            address: of the server, without a slash at the end.
        """
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.headers = {"Content-Type": "application/json"}
        login = {"username": "admin", "password": "admin", "provider": "db"}
        token = self.call("security/login", login)["access_token"]
        self.headers["Authorization"] = f"Bearer {token}"
        self.headers["X-CSRFToken"] = self.call("security/csrf_token/")["result"]

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Get a path of the API, or post a body to it, and return the answer.

        Raises:
            urllib.error.HTTPError: the server refuses.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, self.headers)
        with self.opener.open(request, timeout=120) as response:
            return dict(json.load(response))


def test_superset(directory: Path, shown: Shown) -> None:
    """From nothing: SQL Lab and a chart show the ranking, and another build at the next query."""
    set_up, serve = blocks("Apache Superset", "sh")
    port = free_port()
    script = f"{set_up}exec {serve.replace('8088', str(port))}"
    address = f"http://127.0.0.1:{port}"
    with serving(script, directory, SUPERSET_BIN, f"{address}/health"):
        superset = Superset(address)
        (database,) = superset.call("database/")["result"]
        assert (database["database_name"], database["backend"]) == ("Smart City Index", "duckdb")
        schema = "smart_city_index.main"

        def sql_lab() -> list[dict[str, Any]]:
            query = {"database_id": database["id"], "schema": schema, "sql": RANKING}
            return list(superset.call("sqllab/execute/", query)["data"])

        dataset = superset.call(
            "dataset/", {"database": database["id"], "schema": schema, "table_name": "league_table"}
        )
        comments = [column["description"] for column in dataset["data"]["columns"]]
        assert len(comments) > 30
        assert all(comments)
        columns = ["overall_rank", "city_name", "overall_tendency"]
        chart_query = {
            "datasource": {"id": dataset["id"], "type": "table"},
            "queries": [
                {
                    "columns": columns,
                    "metrics": [],
                    "filters": [
                        {"col": "ranking_id", "op": "==", "val": "open_data_index"},
                        {"col": "edition", "op": "==", "val": 2026},
                    ],
                    "orderby": [["overall_rank", True]],
                    "row_limit": 7,
                }
            ],
        }

        def chart() -> list[dict[str, Any]]:
            return list(superset.call("chart/data", chart_query)["result"][0]["data"])

        assert sql_lab()[0]["city_name"] == FIRST_CITY
        assert len(sql_lab()) == CITY_COUNT  # its own limit instead of the query's
        first = {"overall_rank": 1, "city_name": FIRST_CITY, "overall_tendency": 4}
        assert len(chart()) == 7
        assert chart()[0] == first
        saved = superset.call(
            "chart/",
            {
                "slice_name": "Open data index 2026",
                "viz_type": "table",
                "datasource_id": dataset["id"],
                "datasource_type": "table",
                "params": json.dumps({"viz_type": "table", "all_columns": columns}),
            },
        )
        assert saved["id"]
        publish_another(directory / DATABASE, OTHER_CITY)
        assert sql_lab()[0]["city_name"] == chart()[0]["city_name"] == OTHER_CITY
    ask_version = "from importlib.metadata import version; print(version('apache-superset'))"
    number = run(ask_version, directory, program=str(SUPERSET_BIN / "python"))
    shown(f"Superset {number.strip()}", f"first: {FIRST_CITY}; next query and chart: {OTHER_CITY}")
