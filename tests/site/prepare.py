"""Publish what the tests of the site look at, and build its sites, in build/test_site.

    python -m tests.site.prepare

That are the shipped rankings, and with them examples/simulated_field: so there are simulated
figures to be marked. And two indices with words of their own. All draw few weights.
"""

from __future__ import annotations

import shutil
import sys

from smart_city_index import cli
from smart_city_index.site.settings import SITE_YML
from tests.python.conftest import PROJECT_ROOT, copy_project
from tests.python.few_draws import FEW_DRAWS, lower_draws, lower_values, use_few_draws
from tests.python.with_simulated_field import add_simulated_field, location_options

DIRECTORY = PROJECT_ROOT / "build" / "test_site"
WAREHOUSE = DIRECTORY / "project" / "warehouse"
SITE = DIRECTORY / "site"
FIRST_SCENARIO = "weights_25_percent"
REBUILT = "simulated_regions"
OTHER_INDICES = ("hdi", REBUILT)
# Entities with pages, so that building them takes seconds.
PROFILES = 40


def other_index(name: str) -> int:
    """Copy an example, publish it and build a site of its first entities; returns the exit code."""
    folder = DIRECTORY / name
    shutil.copytree(
        PROJECT_ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("warehouse")
    )
    lower_draws(folder)
    with (folder / SITE_YML).open("a", encoding="utf-8") as file:
        file.write(f"profiles: {PROFILES}\n")
    exit_code = cli.main(["build", "--index", str(folder)])
    # the other one is built again, to be compared
    options = ["--without-downloads"] if name != REBUILT else []
    return exit_code or cli.main(["site", "--index", str(folder), *options])


def main() -> int:
    """Copy the project, build it with the example, and build the sites; returns the exit code."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    project_dir = copy_project(DIRECTORY / "project")
    use_few_draws(project_dir)
    # pages show the scenario with most draws first
    scenarios = project_dir / "seeds" / "methodology" / "weight_scenarios.csv"
    lower_values(scenarios, "draw_count", FEW_DRAWS + 1, row=FIRST_SCENARIO)
    options = location_options(add_simulated_field(project_dir))
    exit_code = cli.main(["build", "--project-dir", str(project_dir), *options])
    exit_code = exit_code or cli.main(
        ["site", "--warehouse", str(WAREHOUSE), "--output", str(SITE)]
    )
    return exit_code or max(map(other_index, OTHER_INDICES))


if __name__ == "__main__":
    sys.exit(main())
