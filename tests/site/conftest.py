"""Shared fixtures: the built site, its figures in the published file, and a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
    sync_playwright,
)

from .prepare import SITE, WAREHOUSE
from .site_files import SiteFiles

# The command line of the package, in this environment.
SCI = (sys.executable, "-m", "smart_city_index.cli")
DATABASE = WAREHOUSE / "smart_city_index.duckdb"
# The first one can show no window, and takes a quarter less of the processor.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Long, because other tests may keep the machine busy; only what fails waits for it.
TIMEOUT_MILLISECONDS = 60_000

# Arguments of tests that run once for each of these in the published file.
COLUMNS_OF_ARGUMENTS = {
    "ranking_edition": "ranking_id, edition",
}

Row = dict[str, Any]
Rows = Callable[..., list[Row]]
OpenPage = Callable[..., Page]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the site and the published file from elsewhere if asked to."""
    parser.addoption("--site", type=Path, default=SITE)
    parser.addoption("--database", type=Path, default=DATABASE)


def browser_path() -> str | None:
    """Return the installed browser, or SITE_TEST_BROWSER, or None if there is none."""
    chosen = os.environ.get("SITE_TEST_BROWSER")
    if chosen:
        return shutil.which(chosen)
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_configure(config: pytest.Config) -> None:
    """End at once, with one sentence, if something is missing without which nothing can be tested.

    Raises:
        UsageError: there is no browser, no site or no published file.
    """
    if browser_path() is None:
        raise pytest.UsageError(
            "The site's tests need the browser Chromium (Debian: apt install "
            "chromium-headless-shell), or its path in SITE_TEST_BROWSER."
        )
    if not (config.getoption("--site") / "index.html").is_file():
        raise pytest.UsageError(
            f"There is no site in {config.getoption('--site')}: run tests.site.prepare first."
        )
    if not config.getoption("--database").is_file():
        raise pytest.UsageError(
            f"{config.getoption('--database')} is missing: run tests.site.prepare first."
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for what its arguments ask, such as one page of each kind.

    `page_kind`: one page of every kind, by its path below
    a language's folder. `page_view`: the same for both rankings. For `ranking_edition` see
    COLUMNS_OF_ARGUMENTS.
    """
    files = SiteFiles(metafunc.config.getoption("--site"))
    for argument, values in (
        ("page_kind", files.kinds),
        ("page_view", files.views),
    ):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, values)
    for argument, columns in COLUMNS_OF_ARGUMENTS.items():
        if argument in metafunc.fixturenames:
            keys = distinct_results(metafunc.config.getoption("--database"), columns)
            metafunc.parametrize(argument, keys, ids=["/".join(map(str, key)) for key in keys])


def distinct_results(database: Path, columns: str) -> list[tuple[Any, ...]]:
    """Return the different values of some columns of the results in the published file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            f"select distinct {columns} from fct_index_results order by all"
        ).fetchall()


@pytest.fixture(scope="session")
def site_files(pytestconfig: pytest.Config) -> SiteFiles:
    """Return the files of the built site."""
    return SiteFiles(pytestconfig.getoption("--site"))


@pytest.fixture(scope="session")
def connection(pytestconfig: pytest.Config) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a connection to the published file."""
    with duckdb.connect(str(pytestconfig.getoption("--database")), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def rows(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Return a function that answers a query on the published file, with parameters."""

    def answer(query: str, *parameters: Any) -> list[Row]:
        cursor = connection.execute(query, parameters)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    return answer


@pytest.fixture(scope="session")
def address(pytestconfig: pytest.Config) -> Iterator[str]:
    """Return the address at which `sci serve` shows the site."""
    folder = pytestconfig.getoption("--site")
    with subprocess.Popen(
        [*SCI, "serve", "--port", "0", "--folder", folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().split()[0]
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the one browser of the session."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser_path())
        yield launched
        launched.close()


class Tab:
    """A page of the browser, opened once and used by one test after the other.

    Attributes:
        page: the page.
        problems: whatever went wrong since it was used anew.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        """Open a page and listen to it.

        Args:
            context: a new context.
            origin: where every request has to go.
        """
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failure)
        context.on("weberror", self._on_error)
        context.on("console", self._on_message)
        self.origin = origin
        self.problems: list[str] = []
        self.page = context.new_page()

    def all_problems(self) -> list[str]:
        """Return what went wrong, after an answer of the page, before which its messages come."""
        self.page.evaluate("0")
        return self.problems

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "about:")):
            self.problems.append(f"request to another origin: {request.url}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"status {response.status}: {response.url}")

    def _on_failure(self, request: Request) -> None:
        # A page that is left takes its open requests along.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"failed: {request.url}: {request.failure}")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"page error: {error.error}")

    def _on_message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")


@pytest.fixture(scope="session")
def free_tabs() -> dict[str, list[Tab]]:
    """Return the tabs that no test uses, by origin and the options of their contexts."""
    return {}


@pytest.fixture
def open_page(
    browser: Browser, address: str, free_tabs: dict[str, list[Tab]]
) -> Iterator[OpenPage]:
    """Return a function that opens a page of the site; whatever goes wrong in it fails the test.

    `open_page(path, origin=address, watched=True, **options)`: path below the site's top folder,
    with query; `watched=False` for what is meant to go wrong; options of the browser's context.
    """
    used: list[tuple[str, Tab, bool]] = []

    def open_one(path: str, origin: str = address, watched: bool = True, **options: Any) -> Page:
        key = repr((origin, sorted(options.items())))
        free = free_tabs.setdefault(key, [])
        tab = free.pop() if free else Tab(browser.new_context(**options), origin)
        used.append((key, tab, watched))
        tab.problems.clear()
        tab.page.emulate_media(media="null", color_scheme="light")
        tab.page.goto(origin + path)
        return tab.page

    yield open_one
    problems = [one for _, tab, watched in used if watched for one in tab.all_problems()]
    for key, tab, _ in used:
        free_tabs[key].append(tab)
    assert problems == []
