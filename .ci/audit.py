"""Asks whether anything in requirements.lock has a known vulnerability: the last part of `./run lint`.

pip-audit asks; this judges what it says. A vulnerability fails, unless pyproject.toml lists its id with a
reason under [tool.pmtrend.audit]. Without a network, or where the database knows none of the packages, one
line says that nothing could be asked, and nothing fails. It never takes longer than a minute.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60
COMMAND = [
    *(sys.executable, "-m", "pip_audit", "-r", "requirements.lock", "--disable-pip", "--require-hashes"),
    *("-f", "json", "--progress-spinner", "off", "--timeout", "5"),
]


def verdict(said: str, ignored: Mapping[str, str]) -> tuple[list[str], int]:
    """Return what is to be told, and the exit code.

    `said` is the JSON of pip-audit, "" if it gave none; `ignored` has the reasons by the id of a
    vulnerability, for which any of its aliases will do.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["audit: the database of vulnerabilities could not be asked; nothing was checked"], 0
    asked = [package for package in packages if "vulns" in package]
    if not asked:
        return ["audit: the database of vulnerabilities knows no package; nothing was checked"], 0
    lines, seen, failed = [], set[str](), 0
    for package in asked:
        for found in package["vulns"]:
            ids = {found["id"], *found["aliases"]}
            seen |= ids
            if not ids & set(ignored):
                fixed = ", ".join(found["fix_versions"]) or "no version yet"
                lines.append(
                    f"audit: {package['name']} {package['version']}: {found['id']}, mended in {fixed}"
                )
                failed = 1
    lines += [f"audit: {one} is ignored but not found any more" for one in sorted(ignored.keys() - seen)]
    unknown = len(packages) - len(asked)
    rest = f" ({unknown} more are not known to the database)" if unknown else ""
    lines.append(f"audit: {len(asked)} packages of requirements.lock were asked for{rest}")
    return lines, failed


def main() -> int:
    """Ask, tell, and return the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    try:
        done = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        said = done.stdout
    except subprocess.TimeoutExpired:
        said = ""
    lines, code = verdict(said, project["tool"]["pmtrend"]["audit"])
    print("\n".join(lines), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
