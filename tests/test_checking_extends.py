"""Files that others extend: what is told of a line, and what is mended in it, holds for every checked model that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api, layers
from cnninspect.api import checking_cache

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = """\
input: [3, 32, 32]
blocks:
  c:
    args: {out}
    layers:
      - conv: {out: $out, kernel: 3, padding: 1}
"""
COMMENTED = BLOCK.replace("1}", "1}  # cnninspect: ignore[bias-before-norm] as published")
NORMED = "layers: [c: 16, batch_norm, relu]\n"
PLAIN = "layers: [c: 16, relu, c: 32, relu]\n"
SPARE = """\
input: [3, 8, 8]
params: {w: 16, z: 3}
blocks:
  d: [relu]
  e:
    let: {x: 1, y: 5}
    layers: [conv: {out: $w, kernel: 3, padding: 1}]
layers: [e]
"""
UNUSED = ["unused-name 'x'", "unused-name 'y'", "unused-block 'd'", "unused-param 'z'"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that one stands in, and a place to remember what was found."""
    place = tmp_path / "models"
    (place / "below").mkdir(parents=True)
    monkeypatch.chdir(place)
    monkeypatch.setenv("CNNINSPECT_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(checking_cache, "MANY", 2)
    monkeypatch.setattr(layers, "foreign", lambda: False)  # other tests define layers
    return place


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def told(*paths: str) -> list[str]:
    """The findings of a check with the word each is about: the same by several processes, the first and the second time."""
    checked = api.check(paths or ["."], jobs=1)
    assert api.check(paths or ["."], jobs=2) == checked
    for _ in range(2):
        assert api.check(paths or ["."], jobs=1, cache=True) == checked
    for file in checked.files:
        for model in file.models:
            named = [one.finding.severity for one in file.findings if model.name in one.models]
            assert model.counts == tuple([named.count(severity) for severity in ("error", "warning", "note")])
    return [
        f"{one.finding.code} {''.join(one.finding.message.partition(chr(39))[1:])[:3]}".rstrip()
        for one in checked.findings
    ]


def mended(*paths: str) -> list[tuple[str, list[str]]]:
    """The files that are changed, each with the codes that are mended in it."""
    found, troubles = api.fix(paths or ["."])
    assert troubles == []
    return [(one.path, [finding.code for finding in one.findings]) for one in found]


def edits(*paths: str) -> int:
    """How many findings say that they could be mended."""
    return sum(bool(one.finding.edits) for one in api.check(paths or ["."], jobs=1).findings)


# --- edits -------------------------------------------------------------------------------


def test_a_line_that_is_right_in_another_model_is_left_alone(folder: Path) -> None:
    """A call in any file of the run that has no such finding keeps the line as it is, and nothing offers to mend it."""
    write(folder, base=BLOCK + NORMED, child="extends: base.yaml\n" + PLAIN)
    assert [one for one in told() if "bias" in one] == ["bias-before-norm '0'"]
    assert (edits(), mended()) == (0, [])
    assert (folder / "base.yaml").read_text("utf-8") == BLOCK + NORMED


@pytest.mark.parametrize(
    "child",
    ["layers: [c: 16, batch_norm, c: 8, batch_norm]\n", "layers: [relu]\n", "name: heir\n"],
    ids=["wrong there too", "not called", "inherited"],
)
def test_a_line_that_is_wrong_wherever_it_is_called_is_mended(folder: Path, child: str) -> None:
    """Every model of the run that makes something of the line has the finding with all that it makes."""
    write(folder, base=BLOCK + NORMED, child="extends: base.yaml\n" + child)
    assert edits("base.yaml", "child.yaml") == 1
    assert mended() == [("base.yaml", ["bias-before-norm"])]
    assert "padding: 1, bias: false}" in (folder / "base.yaml").read_text("utf-8")


def test_one_of_many_calls_is_right(folder: Path) -> None:
    """One call among several, one variant among several, a file two steps away: each is enough."""
    write(folder, base=BLOCK + NORMED, mid="extends: base.yaml\n")
    for text in (
        "extends: base.yaml\nlayers: [c: 16, batch_norm, c: 8, relu]\n",
        "extends: mid.yaml\n" + PLAIN,
        "extends: ./base.yaml\n" + PLAIN,
        "extends: base.yaml\nparams: {n: 1}\nvariants: {v: {n: 0}}\n"
        "layers: [c: 16, {batch_norm: , repeat: $n}, relu]\n",
    ):
        write(folder, child=text)
        assert (edits(), mended()) == (0, []), text


def test_a_file_in_between(folder: Path) -> None:
    """Lines of a file that extends and is extended are mended where both agree, each in its own file."""
    block = "blocks:\n  m:\n    layers:\n      - conv: {out: 8, kernel: 3}\n      - batch_norm\n"
    mid = block + "layers: [c: 16, batch_norm, relu, m]\n"
    write(folder, base=BLOCK + NORMED, mid="extends: base.yaml\n" + mid, top="extends: mid.yaml\n")
    assert edits("base.yaml", "mid.yaml") == 2
    assert mended() == [("base.yaml", ["bias-before-norm"]), ("mid.yaml", ["bias-before-norm"])]
    assert told() == []


def test_a_model_that_is_not_checked_has_no_say(folder: Path) -> None:
    """Only models of the run are asked."""
    write(folder, base=BLOCK + NORMED, child="extends: base.yaml\n" + PLAIN)
    assert mended("base.yaml") == [("base.yaml", ["bias-before-norm"])]


def test_a_call_that_is_silenced_is_no_finding(folder: Path) -> None:
    """A comment beside a call in another file keeps the line that the call leads to."""
    call = "layers:\n  - c: 16  # cnninspect: ignore[bias-before-norm] as published\n  - batch_norm\n"
    write(folder, base=BLOCK + NORMED, child="extends: base.yaml\n" + call)
    assert (edits(), mended()) == (0, [])


# --- what is not used --------------------------------------------------------------------


def test_a_comment_that_another_model_needs(folder: Path) -> None:
    """It silences something in a file that extends this one: it stays, and nobody calls it unused."""
    write(folder, base=COMMENTED + PLAIN, child="extends: base.yaml\n" + NORMED)
    assert not [one for one in told() if "unused" in one]
    assert [one for one in told("base.yaml") if "unused" in one] == ["unused-ignore"]
    assert mended() == []
    assert mended("base.yaml") == [("base.yaml", ["unused-ignore"])]


def test_a_comment_of_which_another_model_needs_a_part(folder: Path) -> None:
    """The code that nobody needs is told; the comment is not removed for it."""
    base = COMMENTED.replace("[bias-before-norm]", "[bias-before-norm, even-kernel-padding]")
    write(folder, base=base + PLAIN, child="extends: base.yaml\n" + NORMED)
    assert (told().count("unused-ignore"), edits(), mended()) == (1, 0, [])


@pytest.mark.parametrize(
    ("child", "left"),
    [
        ("layers: [e, conv: {out: $z, kernel: 1}]\n", [*UNUSED[:3]]),
        ("layers: [e, d]\n", [*UNUSED[:2], UNUSED[3]]),
        ("defaults: {conv: {groups: $x}}\n", UNUSED[1:]),
        ("params: {z: 1}\nlayers: [e, conv: {out: $z, kernel: 1}]\n", UNUSED),
        ("params: {own: 1}\n", ["unused-param 'ow", *UNUSED]),
    ],
    ids=["param", "block", "let", "replaced", "nothing"],
)
def test_what_another_model_uses(folder: Path, child: str, left: list[str]) -> None:
    """A param, a block or a name of let that only a file uses which extends this one is used."""
    write(folder, base=SPARE, child="extends: base.yaml\n" + child)
    assert sorted(one for one in told() if "unused" in one) == sorted(left)
    assert sorted(one for one in told("base.yaml") if "unused" in one) == sorted(UNUSED)


@pytest.mark.parametrize(
    "child",
    [
        "layers: [c: 16, batch_norm, pool]\n",
        "layers: [c: 16, batch_norm\n",
        "layers: {}\nlayers: {}\n",
        'layers: []\nname: "\n',
    ],
    ids=["an unknown layer", "no YAML", "no layers", "no end"],
)
def test_a_model_with_errors_may_need_anything(folder: Path, child: str) -> None:
    """Of a broken model nobody knows what it would use: nothing is called unused for it, and nothing is mended."""
    write(folder, base=COMMENTED + PLAIN, child="extends: base.yaml\n" + child)
    write(folder, other=BLOCK + NORMED, heir="extends: other.yaml\n" + child)
    assert not [one for one in told() if "unused" in one]
    assert (edits(), mended()) == (0, [])


def test_a_file_that_is_extended_and_missing(folder: Path) -> None:
    """What extends nothing that there is has no say, and stops nobody."""
    write(folder, base=COMMENTED + PLAIN, child="extends: bose.yaml\nlayers: [\n", other="extends: [\nlayers: [\n")
    assert told().count("unused-ignore") == 1
    assert mended() == [("base.yaml", ["unused-ignore"])]


def test_a_link_is_the_file_it_leads_to(folder: Path) -> None:
    """A file is known by where it lies, not by what it was called."""
    write(folder, base=COMMENTED + PLAIN)
    (folder / "below" / "link.yaml").symlink_to(folder / "base.yaml")
    write(folder, child="extends: below/link.yaml\n" + NORMED)
    assert "unused-ignore" not in told()
    assert mended() == []


# --- one record --------------------------------------------------------------------------


def test_what_a_line_makes_in_several_files_is_told_once(folder: Path) -> None:
    """Whatever each model calls the layer, and however it spells the file: one record names them all."""
    (folder / "below" / "blocks.yaml").write_text(BLOCK, "utf-8")
    write(folder, m1="extends: below/blocks.yaml\n" + NORMED, m3="extends: ./below/blocks.yaml\n" + NORMED)
    write(folder, m2="extends: below/blocks.yaml\nlayers: [conv: {out: 4, kernel: 1}, relu, c: 16, batch_norm]\n")
    found = [one for one in api.check(["."], jobs=1).findings if one.finding.code == "bias-before-norm"]
    assert [(one.finding.message, one.finding.span[:3], one.models) for one in found] == [
        ("the bias of '0' is subtracted again by '1'", ("below/blocks.yaml", 6, 9), ("m1", "m2", "m3"))
    ]


def test_the_fix_is_told_whoever_comes_first(folder: Path) -> None:
    """A file that extends another and comes before it has the finding, too, without the edit: the record has it."""
    write(folder, base=BLOCK + NORMED, a="extends: base.yaml\nlayers: [relu, c: 16, batch_norm]\n")
    (found,) = [one for one in api.check(["."], jobs=1).findings if one.finding.code == "bias-before-norm"]
    assert (found.models, len(found.finding.edits)) == (("a", "base"), 1)


def test_what_the_reader_says_differs_by_its_words(folder: Path) -> None:
    """Mistakes and limits at one place are one record only where they say the same."""
    base = BLOCK.replace("padding: 1", "padding: $p") + NORMED
    write(folder, base=base, one="extends: base.yaml\nparams: {p: x}\n", two="extends: base.yaml\nparams: {p: -1}\n")
    found = [one for one in api.check(["."], jobs=1).findings if one.finding.severity == "error"]
    assert len({one.finding.message for one in found}) == len(found) > 1
