"""The guide on data tells of every set and form with its true figures, and its example runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnninspect.data.catalogue import SETS
from cnninspect.data.opening import FORMS, NAMES

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "data.md").read_text("utf-8")


def test_every_set_is_told_of() -> None:
    """Each name and each form that is known stands in the guide."""
    for word in (*NAMES, *FORMS):
        assert f"`{word.partition(':')[0]}" in GUIDE, word


@pytest.mark.parametrize("known", SETS, ids=[known.name for known in SETS])
def test_figures_of_the_guide(known: object) -> None:
    """How much is fetched, under which licence, and how many classes there are."""
    found = next(one for one in SETS if one is known)
    total = sum(remote.size for remote in found.files)
    row = next(line for line in GUIDE.split("\n") if line.startswith(f"| `{found.name}` "))
    assert f"{total / 1e6:.1f} MB" in row
    assert f"{len(found.classes)} classes" in row
    assert row.endswith(f"| {found.licence} |")


@pytest.mark.parametrize("known", SETS, ids=[known.name for known in SETS])
def test_the_catalogue_is_whole(known: object) -> None:
    """Each file of a set has a checksum of its own; no class is there twice; mirrors are folders."""
    found = next(one for one in SETS if one is known)
    marks = [remote.md5 for remote in (*found.files, *found.others)]
    assert all(len(mark) == 32 and set(mark) <= set("0123456789abcdef") for mark in marks)
    assert len(set(marks)) == len(marks)
    assert len(set(found.classes)) == len(found.classes)
    assert all(mirror.endswith("/") for mirror in found.mirrors)


@pytest.mark.torch
def test_the_example_runs() -> None:
    """The lines of Python that the guide shows load the digits from the sixth batch on."""
    pytest.importorskip("torch")
    code = GUIDE.partition("```py\n")[2].partition("```")[0]
    space: dict[str, object] = {}
    exec(compile(code, "docs/data.md", "exec"), space)
    assert len(space["loader"]) == 23  # type: ignore[arg-type]
