"""Which files are models, and which are left alone."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from cnninspect.frontends.discover import (
    LeftOut,
    any_matches,
    below,
    discover,
    from_here,
    is_model,
    looks_like_one,
    would_meet,
)
from cnninspect.frontends.locate import Opener
from cnninspect.frontends.yaml.source import read_source, text_source

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "input: [3, 8, 8]\nlayers: [relu]\n"


def tree(folder: Path, *names: str) -> None:
    """Empty files of those names."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(MODEL)


def found(*paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    """The candidates that discovery names."""
    return [candidate.path for candidate in discover(paths, [LeftOut(exclude)]).candidates]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that one stands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_walked_in_order(here: Path) -> None:
    """A folder gives its YAML files and those of the folders below it, in the order of their names."""
    tree(here, "b.yaml", "a.yml", "c/d.yaml", "c/e/f.yaml", "notes.txt")
    assert found(".") == ["a.yml", "b.yaml", "c/d.yaml", "c/e/f.yaml"]
    assert found("c") == ["c/d.yaml", "c/e/f.yaml"]


def test_what_no_person_means(here: Path) -> None:
    """Hidden files and folders, virtual environments and the modules of other ecosystems are not walked."""
    tree(here, "a.yaml", ".github/b.yaml", ".hidden.yaml", "venv/c.yaml", "venv/pyvenv.cfg", "node_modules/d.yaml")
    tree(here, "lib/site-packages/e.yaml", "__pycache__/f.yaml")
    assert found(".") == ["a.yaml"]
    assert found(".github/b.yaml") == [".github/b.yaml"]  # what is named is meant


def test_each_file_once(here: Path) -> None:
    """A file that several arguments mean is there once, and what is named itself counts as named."""
    tree(here, "m/a.yaml", "m/b.yaml")
    candidates = discover(["m", "m/a.yaml", "./m", "m/*.yaml"]).candidates
    assert [(one.path, one.named) for one in candidates] == [("m/a.yaml", True), ("m/b.yaml", False)]


def test_patterns(here: Path) -> None:
    """A pattern that no shell has expanded means what it does in one, and '**' any folders."""
    tree(here, "a.yaml", "m/b.yaml", "m/n/c.yaml", "m/n/d.yml")
    assert found("*.yaml") == ["a.yaml"]
    assert found("**/*.yaml") == ["a.yaml", "m/b.yaml", "m/n/c.yaml"]
    assert found("m/**/d.*") == ["m/n/d.yml"]


@pytest.mark.parametrize("pattern", ["nothing/*.yaml", "*.json"])
def test_a_pattern_that_means_nothing(here: Path, pattern: str) -> None:
    """A pattern without any file is a trouble, not an empty success."""
    tree(here, "a.yaml")
    (trouble,) = discover([pattern]).troubles
    assert (trouble.path, trouble.message) == (pattern, f"no YAML file matches '{pattern}'")


def test_excluded(here: Path) -> None:
    """What a pattern excludes is left out, folders with everything in them; what is named itself is not."""
    tree(here, "a.yaml", "old/b.yaml", "m/c.yaml", "m/old/d.yaml", "m/e_draft.yaml")
    assert found(".", exclude=("old", "*_draft.yaml")) == ["a.yaml", "m/c.yaml"]
    assert found(".", exclude=("/m/c.yaml", "m/old/")) == ["a.yaml", "m/e_draft.yaml", "old/b.yaml"]
    assert found("old/b.yaml", exclude=("old",)) == ["old/b.yaml"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links(here: Path) -> None:
    """A link is followed to a file of the same tree, never out of it, and a linked folder is not walked."""
    tree(here, "tree/a.yaml", "outside/b.yaml")
    os.symlink("a.yaml", here / "tree" / "again.yaml")
    os.symlink("../outside/b.yaml", here / "tree" / "b.yaml")
    os.symlink("../outside", here / "tree" / "folder")
    os.symlink("missing.yaml", here / "tree" / "broken.yaml")
    discovered = discover(["tree"])
    assert [one.path for one in discovered.candidates] == ["tree/a.yaml", "tree/broken.yaml"]
    assert discovered.links == 1


def test_a_link_without_its_file_in_an_excluded_place(here: Path) -> None:
    """An excluded link is not looked at."""
    tree(here, "a.yaml")
    os.symlink("a.yaml", here / "b.yaml")
    assert found(".", exclude=("b.yaml",)) == ["a.yaml"]
    os.rename(here / "a.yaml", here / "z.yaml")
    (here / "b.yaml").unlink()
    os.symlink("z.yaml", here / "b.yaml")
    assert found(".") == ["z.yaml"]
    assert found(".", exclude=("b.yaml",)) == ["z.yaml"]
    assert found(".", exclude=("z.yaml",)) == ["b.yaml"]


def test_a_file_goes_by_its_own_name(here: Path) -> None:
    """Where a link stands first, what is told stands at the file itself: that is what a change shows."""
    tree(here, "m/b.yaml", "m/c.yaml")
    os.symlink("c.yaml", here / "m" / "a.yaml")
    assert found("m") == ["m/b.yaml", "m/c.yaml"]
    assert found("m/a.yaml", "m") == ["m/a.yaml", "m/b.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_pipes_are_no_files(here: Path) -> None:
    """A named pipe with a model's suffix is not opened."""
    os.mkfifo(here / "pipe.yaml")
    assert found(".") == []


def test_standard_input() -> None:
    """``-`` is standard input, once."""
    assert found("-", "-") == ["-"]


def test_a_folder_that_cannot_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without rights is a trouble, and the others are walked."""
    tree(here, "a/b.yaml", "c/d.yaml")
    real = os.scandir

    def scandir(path: str) -> object:
        if path == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    discovered = discover(["."])
    assert [one.path for one in discovered.candidates] == ["c/d.yaml"]
    (trouble,) = discovered.troubles
    assert trouble.message == "the folder 'a' cannot be read: permission denied"


@pytest.mark.parametrize(
    ("text", "model"),
    [
        (MODEL, True),
        ("# layers\nlayers: []\n", True),
        ("'layers': [relu]\n", True),
        ("{input: [3, 8, 8], layers: [relu]}\n", True),
        ("  input: [3, 8, 8]\n  layers: [relu]\n", True),
        ("layers:\n  - [unclosed\n", True),  # a broken model is a model
        ("on: push\njobs: {}\n", False),
        ("services:\n  web:\n    layers: [relu]\n", False),  # not at its top level
        ("services:\n  web:\n    extends: base\n", False),
        ("# no layers here\nkey: value\n", False),
        ("- layers\n", False),
        ("layers\n", False),
        ("extends: resnet50\n", True),
        ("extends: airbnb\nrules: {}\n", False),
        ("extends: airbnb\n", False),
        ("extends: [airbnb, prettier]\n", False),
        ("extends: lost.yaml\nparams: {classes: 10}\n", True),  # it looks like one: that its base is lost is a finding
        ("extends: {file: x}\n", False),
        ("key: [layers\n", False),  # broken, and nothing says that it is a model
    ],
)
def test_what_is_a_model(text: str, *, model: bool) -> None:
    """A model has layers at its top level, or extends a model."""
    assert is_model(text_source(text), Opener()) is model


def test_extending_through_files(here: Path) -> None:
    """What extends a file that extends a model is one; what extends another thing, or itself, is none."""
    tree(here, "base.yaml")
    for name, text in (("one", "base"), ("two", "one"), ("other", "thing"), ("thing", "no"), ("circle", "circle")):
        (here / f"{name}.yaml").write_text(f"extends: {text}.yaml\n")
    models = [is_model(read_source(f"{name}.yaml", None), Opener()) for name in ("one", "two", "other", "circle")]
    assert models == [True, True, False, False]


def test_what_is_no_text() -> None:
    """Of bytes that are no text, those that speak of layers were meant as a model."""
    assert looks_like_one("layers: []".encode("utf-16"))
    assert not looks_like_one(b"\xff\xfe\x00")


def test_paths_of_a_repository(here: Path) -> None:
    """Reports and patterns name a file from the root of the repository, one from elsewhere as it was given."""
    tree(here, "m/a.yaml")
    assert below(str(here / "m" / "a.yaml"), str(here)) == "m/a.yaml"
    assert below("m/a.yaml", "") == "m/a.yaml"
    assert below("m/a.yaml", "m") == "a.yaml"
    assert below("../x.yaml", ".") == "../x.yaml"
    assert below("-", ".") == "-"
    assert any_matches(["x", "m/*"], "m/a.yaml")
    assert not any_matches([], "m/a.yaml")


def test_patterns_of_the_command_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern counts from where one stands: whole paths and ways up and down are made short, names stay names."""
    (here / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(here / "a")
    top = os.path.realpath(here)
    for pattern in ("b/x.yaml", "/b/*", "b/**", "old", "old/", "/none/b"):
        assert from_here(pattern) == pattern
    assert [from_here(pattern) for pattern in (f"{top}/a/b", "../a/x", "b/../*.yaml", "../x/*", f"{top}/a/../x")] == [
        *("./b", "./x", "./*.yaml", "../x/*", "../x"),
    ]


def test_what_is_left_out_from_several_folders(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns of a configuration count from its folder and those of the command line from the current one."""
    tree(here, "m/a.yaml", "m/old/b.yaml", "m/x/c.yaml", "x/d.yaml")

    def left(*exclude: LeftOut) -> list[str]:
        return [candidate.path for candidate in discover(["m"], exclude).candidates]

    assert left(LeftOut(("m/old",)), LeftOut(("x/*",), "m")) == ["m/a.yaml"]
    assert left(LeftOut(("x/*",)), LeftOut(("m/old",), "m")) == ["m/a.yaml", "m/old/b.yaml", "m/x/c.yaml"]
    assert left(LeftOut(("m/old",), "m"), LeftOut(())) == ["m/a.yaml", "m/old/b.yaml", "m/x/c.yaml"]


def test_what_would_be_met(here: Path) -> None:
    """Of a file that is not there it is known whether a search would have met it: everything but links and arguments."""
    tree(here, "m/a.yaml", "venv/c.yaml", "venv/pyvenv.cfg")

    def meets(name: str, *paths: str, exclude: tuple[str, ...] = ()) -> bool:
        return would_meet(str(here / name), paths, [LeftOut(exclude)])

    assert all(meets(name, ".") for name in ("b.yaml", "m/b.yml", "gone/deep/b.yaml"))
    assert not any(meets(name, ".") for name in (".b.yaml", ".m/b.yaml", "venv/d.yaml", "node_modules/b.yaml", "b.txt"))
    assert (meets("m/b.yaml", "m"), meets("mm/b.yaml", "m"), meets("b.yaml", "m")) == (True, False, False)
    assert (meets("m/b.yaml", "m/*"), meets("m/b/c.yaml", "m/*"), meets("m/b/c.yaml", "**/*.yaml")) == (
        True,
        False,
        True,
    )
    assert meets("m/b.yaml", str(here / "m" / "*.yaml"))
    assert not meets("m/b.yaml", "-", "m/b.yaml", "gone/*")
    assert not meets("m/b.yaml", ".", exclude=("m",))
    assert not meets("m/b.yaml", ".", exclude=("m/*.yaml",))
    assert would_meet("/none/b.yaml", ["/"])
