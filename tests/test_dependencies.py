"""What the package depends on: the oldest versions that are tried are those that it allows."""

from __future__ import annotations

import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.conftest import ROOT


def pinned(name: str) -> dict[str, Version]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line)
    return {canonicalize_name(package): Version(version) for package, version in pairs}


def required() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(each) for each in (*project["dependencies"], *project["optional-dependencies"]["excel"])]


def test_the_oldest_versions_are_the_lower_bounds() -> None:
    bounds = {}
    for each in required():
        (lower,) = (Version(bound.version) for bound in each.specifier if bound.operator == ">=")
        bounds[canonicalize_name(each.name)] = lower

    assert pinned("constraints-oldest.txt") == bounds


def test_the_pinned_versions_are_allowed_and_hold_no_address() -> None:
    versions = pinned("constraints.txt")

    for each in required():
        assert each.specifier.contains(versions[canonicalize_name(each.name)]), each
    for name in ("constraints.txt", "constraints-oldest.txt"):
        assert "/" not in (ROOT / name).read_text(encoding="utf-8")
