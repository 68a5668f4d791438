"""axe-core finds nothing serious on any kind of page, light and dark, on a phone and a screen."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from .conftest import OpenPage

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
WIDTHS = {"phone": 360, "screen": 1440}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible(open_page: OpenPage, page_view: str, scheme: str, width: str) -> None:
    """No serious or critical finding: contrast, names, roles, order of headings, tables."""
    page = open_page(
        f"de/{page_view}",
        color_scheme=scheme,
        viewport={"width": WIDTHS[width], "height": 900},
    )
    page.evaluate(AXE)
    violations = page.evaluate("async () => (await axe.run()).violations")
    grave = [
        f"{one['id']}: {node['target']}: {node['failureSummary']}"
        for one in violations
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    assert grave == []
