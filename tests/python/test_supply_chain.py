"""What comes from outside is pinned: packages by hashes, actions by commits, images by versions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.python.conftest import PROJECT_ROOT

LOCKS = sorted((PROJECT_ROOT / "locks").glob("*.txt"))
WORKFLOWS = sorted((PROJECT_ROOT / ".github" / "workflows").glob("*.yml"))
ENVIRONMENTS = ("", "-audit", "-clients", "-lock", "-runtime", "-sbom", "-spark", "-superset")

needs_make = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("make") is None, reason="needs make and a shell of Unix"
)


def run_make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the repository, as if no other make ran these tests."""
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=PROJECT_ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_dependency_is_pinned_with_a_hash(lock: Path) -> None:
    """Every package of a lock has one exact version and at least one hash, and no host."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert "==" in line.split()[0], line[:80]
        assert "--hash=sha256:" in line, line[:80]
    assert "://" not in text


@needs_make
def test_every_environment_takes_wheels_with_hashes_and_begins_with_the_pinned_pip() -> None:
    """No command installs anything else, but for the project itself, which downloads nothing."""
    targets = [f".venv{name}/ready" for name in ENVIRONMENTS if name]
    printed = run_make(
        "--dry-run", "--always-make", ".venv/build-ready", ".venv/test-ready", *targets
    )
    assert printed.returncode == 0, printed.stderr
    commands = [line for line in printed.stdout.splitlines() if " -m pip " in line]
    for environment in ENVIRONMENTS:
        own = [line for line in commands if line.startswith(f".venv{environment}/bin/python ")]
        # What is shipped is installed from outside, so that its environment has no pip at all.
        assert own or environment == "-runtime"
        assert all(line.endswith(" locks/installer.txt") for line in own[:1])
    for line in commands:
        assert re.search(
            r" --require-hashes --only-binary :all: --no-binary [\w,-]+ --no-build-isolation"
            r" --requirement locks/[\w.-]+\.txt( --no-deps)?$"
            r"| --no-index --no-deps --no-build-isolation --editable \.$",
            line,
        ), line


@needs_make
@pytest.mark.parametrize("lock_with_findings", [None, *LOCKS[::5]])
def test_audit_looks_at_every_lock(tmp_path: Path, lock_with_findings: Path | None) -> None:
    """Findings in one lock fail the audit and name it, after every other lock was looked at."""
    name = lock_with_findings.name if lock_with_findings else "nothing"
    audit = tmp_path / "audit"
    audit.write_text(f'#!/bin/sh\necho "asked: $*"\ncase "$*" in */{name}) exit 1; esac\n')
    audit.chmod(0o755)
    completed = run_make("audit", "--assume-old=.venv-audit/ready", f"AUDIT={audit}")
    asked = re.findall(r"^asked: --requirement (locks/.+)$", completed.stdout, re.MULTILINE)
    assert asked == [f"locks/{lock.name}" for lock in LOCKS]
    if lock_with_findings:
        assert completed.returncode != 0
        assert f"Findings, or no answer: locks/{name}\n" in completed.stderr
    else:
        assert completed.returncode == 0, completed.stderr
        assert "No known vulnerability in any lock." in completed.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_workflows_pin_actions_and_have_no_rights_to_spare(workflow: Path) -> None:
    """Actions by commit, images by version, no token left behind, an end to every job."""
    settings: dict[str, Any] = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    assert settings["permissions"] == {"contents": "read"}
    for name, job in settings["jobs"].items():
        # the campaigns run in full, over hours
        assert job["timeout-minutes"] <= (350 if workflow.stem == "campaigns" else 60)
        assert not job["runs-on"].endswith("-latest")
        # Only what creates the release and the pages writes, and it runs nothing of this repository.
        if "permissions" in job:
            assert (workflow.stem, name) in {("release", "publish"), ("pages", "publish")}
            assert not any("checkout" in step.get("uses", "") for step in job["steps"])
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
            # An expression in a script would be text that becomes code.
            assert "${{" not in step.get("run", "")


def test_containers_begin_with_one_image_of_a_python_that_ci_tests() -> None:
    """By version, in the Dockerfile and the devcontainer alike."""
    (image,) = re.findall(r"^FROM (.+)$", (PROJECT_ROOT / "Dockerfile").read_text(), re.MULTILINE)
    devcontainer = PROJECT_ROOT / ".devcontainer" / "devcontainer.json"
    assert json.loads(devcontainer.read_text(encoding="utf-8"))["image"] == image
    workflow = yaml.safe_load((PROJECT_ROOT / ".github/workflows/ci.yml").read_text())
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python-version"]
    assert image in {f"python:{version}-bookworm" for version in tested}
