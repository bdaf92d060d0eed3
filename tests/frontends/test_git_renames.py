"""Which files that went and came are one that was moved, before git is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.git import renames
from cnninspect.frontends.git.changes import Change
from cnninspect.frontends.git.renames import followed

if TYPE_CHECKING:
    import pytest

TEXT = "name: small\ninput: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - relu\n"
OTHER = TEXT.replace("out: 4", "out: 8")
"""One line of five is another: most of the text is the same."""
FOREIGN = "name: foreign\ninputs: {left: [1, 4]}\nlayers:\n  - flatten\n  - linear: 2\n"


def moves(old: dict[str, str | None], new: dict[str, str | None]) -> dict[str | None, str | None]:
    """What became of the old files; a new one that was none is under its own name."""
    changes = [*[Change(path, None) for path in old], *[Change(None, path) for path in new]]
    found = followed(changes, old.__getitem__, new.__getitem__)
    assert found == sorted(found, key=lambda change: change.new or change.old or "")
    return {change.old or change.new: change.new for change in found}


def test_a_file_that_was_moved_and_edited() -> None:
    """Half of the text is enough; less of it is another file."""
    assert moves({"a.yaml": TEXT}, {"sub/b.yaml": OTHER}) == {"a.yaml": "sub/b.yaml"}
    assert moves({"a.yaml": TEXT}, {"b.yaml": FOREIGN}) == {"a.yaml": None, "b.yaml": "b.yaml"}
    assert moves({"a.yaml": TEXT}, {"b.yaml": TEXT + FOREIGN}) == {"a.yaml": "b.yaml"}
    assert moves({"a.yaml": TEXT}, {"b.yaml": TEXT + FOREIGN * 2}) == {"a.yaml": None, "b.yaml": "b.yaml"}


def test_several_at_once() -> None:
    """Equal texts come first, then those of the same name, then the most alike; each file is one of them."""
    assert moves({"a.yaml": TEXT, "b.yaml": OTHER}, {"x.yaml": OTHER, "y.yaml": TEXT}) == {
        "a.yaml": "y.yaml",
        "b.yaml": "x.yaml",
    }
    assert moves({"a.yaml": TEXT, "b.yaml": TEXT}, {"s/b.yaml": TEXT, "s/z.yaml": TEXT}) == {
        "a.yaml": "s/z.yaml",
        "b.yaml": "s/b.yaml",
    }
    assert moves({"a.yaml": TEXT, "b.yaml": TEXT}, {"s/b.yaml": OTHER}) == {"a.yaml": None, "b.yaml": "s/b.yaml"}
    near = TEXT + "  - relu\n"
    assert moves({"a.yaml": TEXT}, {"x.yaml": OTHER, "y.yaml": near}) == {"a.yaml": "y.yaml", "x.yaml": "x.yaml"}


def test_what_is_not_followed() -> None:
    """Texts that cannot be read, empty ones, and files that are on both sides stay what they are."""
    assert moves({"a.yaml": None}, {"b.yaml": TEXT}) == {"a.yaml": None, "b.yaml": "b.yaml"}
    assert moves({"a.yaml": TEXT}, {"b.yaml": None}) == {"a.yaml": None, "b.yaml": "b.yaml"}
    assert moves({"a.yaml": ""}, {"b.yaml": ""}) == {"a.yaml": None, "b.yaml": "b.yaml"}
    assert moves({"a.yaml": TEXT}, {}) == {"a.yaml": None}
    kept = [Change("a.yaml", "b.yaml"), Change("c.yaml", "c.yaml"), Change(None, "d", submodule=True)]
    assert followed(kept, str, str) == kept


def test_of_very_many_only_equal_ones_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there would be too much to compare, a move without an edit is still seen."""
    monkeypatch.setattr(renames, "MOST_COMPARED", 3)
    old: dict[str, str | None] = {"a.yaml": TEXT, "b.yaml": FOREIGN, "c.yaml": FOREIGN + TEXT}
    new: dict[str, str | None] = {"x.yaml": TEXT, "y.yaml": FOREIGN + "# more\n", "z.yaml": FOREIGN + TEXT + "# more\n"}
    assert moves(old, new)["a.yaml"] == "x.yaml"
    assert moves(old, new)["b.yaml"] is None
    monkeypatch.undo()
    assert moves(old, new) == {"a.yaml": "x.yaml", "b.yaml": "y.yaml", "c.yaml": "z.yaml"}
