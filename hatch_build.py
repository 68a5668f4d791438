"""Writes into the wheel which version of the code it holds."""

from __future__ import annotations

import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CodeVersionHook(BuildHookInterface[Any]):
    """Adds the version to the project in the wheel, which has no git beside it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file; an editable installation asks git."""
        if version == "editable":
            return
        root = Path(self.root)
        code = runpy.run_path(str(root / "src" / "smart_city_index" / "code_version.py"))
        self.scratch = tempfile.TemporaryDirectory()
        file = Path(self.scratch.name) / code["VERSION_FILE"]
        file.write_text(f"{code['code_version'](root)}\n", encoding="utf-8")
        build_data["force_include"][str(file)] = f"smart_city_index/project/{file.name}"
