"""What the options that commands share make of what people type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect.cli import common, run

if TYPE_CHECKING:
    from pathlib import Path


def refusal(capsys: pytest.CaptureFixture[str], sets: list[str], inputs: list[str]) -> str:
    """What is said of options that are refused."""
    with pytest.raises(common.Stop) as stopped:
        common.given(sets, inputs)
    assert stopped.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("written", ["3x16x16", "[3,16,16]", "[3, 16, 16]", "(3, 16, 16)", "3×16×16", " 3 x 16 x 16 "])
def test_sizes_as_people_write_them(written: str) -> None:
    """Sizes are parted by x or commas, and may stand in the brackets of a list."""
    assert common.given([], [written, f"left={written}"]) == ({}, {None: (3, 16, 16), "left": (3, 16, 16)})


@pytest.mark.parametrize(
    ("written", "help"),
    [
        ("3;16;16", "write 3x16x16"),
        ("[3 16 16]", "write 3x16x16"),
        ("three", "several inputs: --input left=3x64x64 --input right=3x64x64"),
        ("", "several inputs: --input left=3x64x64 --input right=3x64x64"),
    ],
)
def test_sizes_that_are_none(capsys: pytest.CaptureFixture[str], written: str, help: str) -> None:
    """Other signs between sizes lead to the sizes as they are written, anything else to an example."""
    message = f"cnninspect: --input needs sizes such as 3x256x256, got '{written}'\n  = help: {help}\n"
    assert refusal(capsys, [], [written]) == message


@pytest.mark.parametrize(
    ("inputs", "which"), [(["3x8x8", "3x16x16"], "one input"), (["left=3x8x8", "left=3x8x8"], "'left'")]
)
def test_an_input_has_one_shape(capsys: pytest.CaptureFixture[str], inputs: list[str], which: str) -> None:
    """Two shapes for one input are refused: the first would be lost without a word."""
    several = "several inputs: --input left=3x64x64 --input right=3x64x64"
    assert refusal(capsys, [], inputs) == f"cnninspect: --input gives {which} two shapes\n  = help: {several}\n"


def test_a_param_has_one_value(capsys: pytest.CaptureFixture[str]) -> None:
    """Two values for one param are refused."""
    message = "cnninspect: --set gives 'width' twice\n  = help: leave one of the two out\n"
    assert refusal(capsys, ["width=4", "width =5"], []) == message


def test_standard_input_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A second - among the models is refused, one is not."""
    common.refuse_second_stdin(["-", "vgg16"])
    with pytest.raises(common.Stop) as stopped:
        common.refuse_second_stdin(["-", "vgg16", "-"])
    assert stopped.value.code == 2
    message = "standard input can be read once, and '-' is given twice"
    assert capsys.readouterr().err == f"cnninspect: {message}\n  = help: name a file for one of them\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", "m.yaml"),
        ("summary", "m.yaml", "--format", "csv"),
        ("summary", "resnet18", "--roofline", "d.yaml"),
        ("memory", "m.yaml"),
        ("rf", "m.yaml"),
        ("limits", "m.yaml"),
        ("explain", "m.yaml", "act"),
        ("check", "m.yaml", "--isolated"),
        ("check", "m.yaml"),
    ],
    ids=" ".join,
)
def test_findings_follow_color(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """--color holds for what is told of mistakes as for the report, wherever it goes: no terminal is needed for always."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text("input: [3, 8, 8]\nlayers: [{relu: {}, name: act}, rel]\n", "utf-8")
    (tmp_path / "d.yaml").write_text("nmae: d\n", "utf-8")
    (tmp_path / "cnninspect.toml").write_text("selct = []\n", "utf-8")
    for color, starts in (("always", "\x1b[1;31merror["), ("never", "error[")):
        assert run([*arguments, "--color", color]) in (1, 2)
        text = "".join(capsys.readouterr())
        assert f"\n{starts}" in f"\n{text}"


def test_a_model_in_place_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types a model alone is told what to write; a command that is misspelt gets no such help."""
    assert run(["vgg16", "--depth", "1"]) == 2
    assert capsys.readouterr().err.endswith("  = help: it is a model: write cnninspect summary vgg16\n")
    assert run(["sumary"]) == 2
    assert "it is a model" not in capsys.readouterr().err
    assert run([]) == 2


def test_a_choice_in_capitals(capsys: pytest.CaptureFixture[str]) -> None:
    """A word in another case leads to the same word, not to one that shares more letters with it."""
    with pytest.raises(common.Stop):
        common.choose("--optimizer", "AdamW", ("sgd", "adam", "adamw"))
    assert capsys.readouterr().err.endswith("did you mean 'adamw'?\n")
