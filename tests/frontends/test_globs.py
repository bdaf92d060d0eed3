"""Patterns of paths, as people know them from `.gitignore`."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnninspect.frontends.globs import exactly, fixed_part, is_pattern, matches, name_matches


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("*.yaml", "a.yaml", True),
        ("*.yaml", "deep/er/a.yaml", True),  # a pattern without a slash is one of names, in every folder
        ("old", "models/old/a.yaml", True),  # a folder means everything below
        ("old/", "models/old/a.yaml", True),
        ("models/old", "models/old/a.yaml", True),
        ("models/old", "other/models/old/a.yaml", False),  # with a slash it is counted from the root
        ("models/*.yaml", "models/a.yaml", True),
        ("models/*.yaml", "models/deep/a.yaml", False),  # '*' stays within a folder
        ("models/**/*.yaml", "models/a.yaml", True),
        ("models/**/*.yaml", "models/x/y/a.yaml", True),
        ("**/b/*.yaml", "a/b/c.yaml", True),
        ("**/b/**", "a/b/c/d.yaml", True),
        ("./models/a.yaml", "models/a.yaml", True),
        ("model?.yaml", "model1.yaml", True),
        ("model?.yaml", "model12.yaml", False),
        ("net[0-9].yaml", "net7.yaml", True),
        ("net[!0-9].yaml", "net7.yaml", False),
        ("net[^a]x.yaml", "netbx.yaml", True),
        ("net[]].yaml", "net].yaml", True),
        ("net[a-].yaml", "net-.yaml", True),
        ("net[.yaml", "net[.yaml", True),  # a bracket that is never closed is itself
        ("net[0-9].yaml", "netx.yaml", False),
        ("", "a.yaml", False),
        ("/a.yaml", "a.yaml", True),
        ("/a.yaml", "m/a.yaml", False),  # a slash in front means the root
        ("b/**", "a/b", False),
    ],
)
def test_patterns(pattern: str, path: str, *, meant: bool) -> None:
    """A pattern means what it says."""
    assert matches(pattern, path) is meant


def test_a_whole_path() -> None:
    """A pattern of the command line means whole paths, from their first folder on."""
    assert exactly("models/*", "models/a.yaml")
    assert not exactly("models/*", "models/deep/a.yaml")
    assert exactly("models/**", "models/deep/a.yaml")


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [("a/b/*.yaml", "a/b"), ("*.yaml", ""), ("a/*/c.yaml", "a"), ("/x/*", "/x"), ("/*", "/"), ("a/b.yaml", "a")],
)
def test_where_a_pattern_lies(pattern: str, folder: str) -> None:
    """What a pattern can mean lies below the folders that stand before its first sign."""
    assert fixed_part(pattern) == folder


def test_signs() -> None:
    """A text is a pattern where it has a sign that stands for others."""
    assert [is_pattern(text) for text in ("a*", "a?", "[a]", "a.yaml")] == [True, True, True, False]


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_names_as_pathlib_matches_them(pattern: str, name: str) -> None:
    """A name is matched as Python's own pathlib matches it."""
    if name and pattern.strip("*") and "**" not in pattern:
        assert name_matches(pattern, name) is PurePath(name).match(pattern)


def test_no_pattern_takes_long() -> None:
    """Stars upon stars are answered at once: no pattern goes back over what it has read."""
    assert not name_matches("*a" * 100 + "b", "a" * 1000)
    assert not matches("**/a/" * 100 + "b", "a/" * 500 + "c")
    assert matches("**/a/" * 100 + "**", "a/" * 500 + "c")
