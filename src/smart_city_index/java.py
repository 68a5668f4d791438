"""Say whether this machine has a Java that Spark can run on.

    python src/smart_city_index/java.py

Needs no other package: the Makefile asks before it installs Spark.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

JAVA_VERSIONS = ("17", "21")


def java_problem() -> str | None:
    """Return what is wrong with this machine's Java, or None if Spark can run on it."""
    wanted = f"Spark 4.2 needs Java {' or '.join(JAVA_VERSIONS)}"
    advice = "Install one (Debian, Ubuntu: openjdk-17-jre-headless) or set JAVA_HOME to it."
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        place = f"{home}/bin (JAVA_HOME)" if home else "PATH"
        return f"{wanted}, and there is no java in {place}. {advice}"
    printed = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', printed)
    if version is None or version[1] not in JAVA_VERSIONS:
        first_line = printed.partition("\n")[0]
        return f"{wanted}, and {java} says: {first_line}. {advice}"
    return None


if __name__ == "__main__":
    sys.exit(java_problem())
