"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.support.budget import CI, EXAMPLES

os.environ["CNNINSPECT_CACHE"] = ""  # no test leaves anything behind, or finds what another has left

ZOO = Path(__file__).parent / "zoo"

settings.register_profile("steady", derandomize=True)
settings.register_profile("searching", derandomize=False)
settings.load_profile("steady" if EXAMPLES == CI else "searching")
"""CI tries the same cases every time, so that a change is what makes it fail; CNNINSPECT_EXAMPLES searches for new ones."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden texts are rewritten on request, for a person to read the difference."""
    parser.addoption("--update", action="store_true", help="write the golden files anew instead of comparing")
    parser.addoption("--slow", action="store_true", help="also run what takes minutes")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes is left out unless it is asked for, by --slow or by -m slow.

    What draws its cases by chance, or tries all networks that ship, covers no line: a test that names the case does, and
    runs first, as what is found once and remembered is to be found by it. A line takes two and a half times as long while it is counted.
    """
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)) or item.path.is_relative_to(ZOO):
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=_turn)
    if not config.getoption("--slow") and "slow" not in config.getoption("-m"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def _turn(item: pytest.Item) -> int:
    """When a test runs: of what covers no line the zoo first, whose longest tests would leave other processes idle at the end."""
    if item.get_closest_marker("no_cover") is None:
        return 0
    return 1 if item.path.is_relative_to(ZOO) else 2


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--update"))
