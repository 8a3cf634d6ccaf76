"""What is locked and listed agrees with what the code asks for."""

import re
import tomllib

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def locked(name: str) -> dict[str, str]:
    """Package to version, as a lock file says."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = (re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line) for line in lines)
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def wanted(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = project["dependencies"] + (project["optional-dependencies"]["dev"] if lock.endswith("-dev.lock") else [])
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_fits_pyproject(lock: str) -> None:
    have = locked(lock)
    stale = [str(r) for r in wanted(lock) if not r.specifier.contains(have.get(canonicalize_name(r.name), ""), prereleases=True)]
    assert stale == [], "run scripts/lib/lock.sh"


def test_what_is_tested_is_what_runs() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "package-lock.json"])
def test_a_lock_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r'--(extra-)?index-url|--find-links|"resolved": *"(http|file)', text)


def test_every_setting_is_in_the_example() -> None:
    source = (ROOT / "backend/wangge/core/settings.py").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    missing = [name for name in re.findall(r'"(WANGGE_[A-Z_]+)"', source) if f"#{name}=" not in example]
    assert missing == []
