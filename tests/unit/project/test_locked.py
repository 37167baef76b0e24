"""requirements.lock: what pyproject.toml asks for and no more, and the audit of what is in it."""

import json
import re
import runpy
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from typing import Any

import pytest
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name
from places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.M)}
AUDIT = runpy.run_path(str(ROOT / ".ci" / "audit.py"))


def declared() -> list[Requirement]:
    """All that the project asks for, with every extra, and what it is built with."""
    project = PROJECT["project"]
    extras = (one for group in project["optional-dependencies"].values() for one in group)
    asked = map(Requirement, [*project["dependencies"], *extras, *PROJECT["build-system"]["requires"]])
    return [one for one in asked if one.name != project["name"]]


@pytest.mark.parametrize("asked", declared(), ids=str)
def test_what_is_declared_is_locked_in_a_version_that_will_do(asked: Requirement) -> None:
    assert asked.specifier.contains(PINS[canonicalize_name(asked.name)], prereleases=True)


def wanted_by(asked: Requirement) -> list[Requirement]:
    """What a package asks for on any system and Python, with the extras it is asked for with."""
    try:
        found = [Requirement(line) for line in requires(asked.name) or ()]
    except PackageNotFoundError:  # of another system or another Python than this one
        return []
    return [
        one
        for one in found
        if "extra" not in str(one.marker or "")
        or any(f'"{extra}"' in str(one.marker) for extra in asked.extras)
    ]


def test_what_is_locked_is_declared_or_needed_by_what_is() -> None:
    reached: set[tuple[str, frozenset[str]]] = set()
    waiting = declared()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key not in reached:
            reached.add(key)
            waiting += wanted_by(one)
    assert PINS.keys() - {name for name, _ in reached} == set()


def audited(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


SOUND = {"name": "click", "version": "8.3", "vulns": []}
UNKNOWN = {"name": "pmtrend", "skip_reason": "Dependency not found"}
BAD = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "GHSA-x", "aliases": ["CVE-1"], "fix_versions": ["2.1"], "description": ""}],
}


@pytest.mark.parametrize(
    ("said", "ignored", "code", "told"),
    [
        ("", {}, 0, ["audit: the database of vulnerabilities could not be asked; nothing was checked"]),
        (
            "Traceback",
            {},
            0,
            ["audit: the database of vulnerabilities could not be asked; nothing was checked"],
        ),
        ("{}", {}, 0, ["audit: the database of vulnerabilities could not be asked; nothing was checked"]),
        (
            audited(UNKNOWN),
            {},
            0,
            ["audit: the database of vulnerabilities knows no package; nothing was checked"],
        ),
        (audited(SOUND), {}, 0, ["audit: 1 packages of requirements.lock were asked for"]),
        (
            audited(SOUND, UNKNOWN),
            {},
            0,
            ["audit: 1 packages of requirements.lock were asked for (1 more are not known to the database)"],
        ),
        (
            audited(SOUND, BAD),
            {},
            1,
            [
                "audit: jinja2 2.0: GHSA-x, mended in 2.1",
                "audit: 2 packages of requirements.lock were asked for",
            ],
        ),
        (audited(BAD), {"CVE-1": "not used"}, 0, ["audit: 1 packages of requirements.lock were asked for"]),
        (
            audited(SOUND),
            {"GHSA-y": "why"},
            0,
            [
                "audit: GHSA-y is ignored but not found any more",
                "audit: 1 packages of requirements.lock were asked for",
            ],
        ),
    ],
)
def test_a_vulnerability_fails_and_silence_does_not(
    said: str, ignored: dict[str, str], code: int, told: list[str]
) -> None:
    assert AUDIT["verdict"](said, ignored) == (told, code)


def test_every_vulnerability_that_is_let_pass_has_a_reason() -> None:
    assert all(isinstance(why, str) and len(why) > 20 for why in PROJECT["tool"]["pmtrend"]["audit"].values())


def test_the_audit_asks_for_the_lock_by_its_hashes_and_ends() -> None:
    assert {"--require-hashes", "--disable-pip", "requirements.lock"} <= set(AUDIT["COMMAND"])
    assert AUDIT["SECONDS"] <= 60
