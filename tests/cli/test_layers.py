"""``cnninspect layers`` lists every layer type."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnninspect.cli import run
from cnninspect.layers import load_all
from cnninspect.reports.layers import entries, render

ROOT = Path(__file__).parent.parent.parent


def test_lists_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    """Every layer type has a line with its first option and its first sentence, below its family."""
    assert run(["layers"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [line.split() for line in out.split("\n") if line.startswith("  ")]
    assert {line[0] for line in lines} == set(load_all())
    assert "\nlinear\n  linear" in out
    assert f"\n\n{len(load_all())} layer types; cnninspect explain NAME tells more\n" in out
    assert "\x1b" not in out


def test_filter_finds_names_of_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """A filter is looked for in names, spellings of other tools and descriptions, in any case."""
    assert run(["layers", "INNERproduct"]) == 0
    assert capsys.readouterr().out == (
        "linear\n  linear  out  Combines all features of one axis with learned weights, at every position alike.\n\n"
        "1 layer type; cnninspect explain NAME tells more\n"
    )


def test_filter_that_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A filter that matches no layer is told with exit code 2."""
    assert run(["layers", "zzz"]) == 2
    assert capsys.readouterr() == (
        "",
        "cnninspect: no layer mentions 'zzz'\n  = help: cnninspect layers lists them all\n",
    )


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON every layer has its name, family, summary, options in order and other names."""
    assert run(["layers", "dense", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cnninspect.layers/1"
    found = {layer["name"]: layer for layer in document["layers"]}
    assert found["linear"]["family"] == "linear"
    assert found["linear"]["options"] == [*load_all()["linear"].schema_options]
    assert "Dense" in found["linear"]["aliases"]


def test_a_family_may_fill_several_modules() -> None:
    """Layers of one family are listed together whichever of its modules defines them."""
    family = {entry.name: entry.family for entry in entries()}
    of = {
        name: family[name] for name in ("relu", "silu", "glu", "exponential", "separable_conv", "rms_norm", "lp_pool")
    }
    assert of == {
        **dict.fromkeys(("relu", "silu", "glu", "exponential"), "activation"),
        "separable_conv": "conv",
        "rms_norm": "norm",
        "lp_pool": "pool",
    }
    assert {family["concat"], family["matmul"]} == {"merge"}


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    """As Markdown there is a row for each layer."""
    assert run(["layers", "--format", "markdown"]) == 0
    lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == ["layer", "first option", "what it is"]
    names = [line.strip("|").split("|")[0].strip().replace("\\", "") for line in lines[2:]]
    assert names == [entry.name for entry in entries()]


def test_color(capsys: pytest.CaptureFixture[str]) -> None:
    """Colour is light: names are bold and nothing else changes."""
    assert run(["layers", "linear", "--color", "always"]) == 0
    colored = capsys.readouterr().out
    run(["layers", "linear"])
    assert colored.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") == capsys.readouterr().out
    assert "\x1b[1mlinear\x1b[0m" in colored


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--format", "jsn"], "did you mean 'json'?"), (["--color", "blue"], "it takes auto, always, never")],
)
def test_wrong_options(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A word that an option does not know is refused with exit code 2."""
    assert run(["layers", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o the list goes to the file."""
    assert run(["layers", "-o", str(tmp_path / "layers.txt")]) == 0
    assert capsys.readouterr() == ("", "")
    run(["layers"])
    assert (tmp_path / "layers.txt").read_text("utf-8") == capsys.readouterr().out


WIDE = """\
pool
  lp_pool  kernel  Takes the p-norm of each window: (Σ x^p)^(1/p), and 0 where
                   the sum is negative.

1 layer type; cnninspect explain NAME tells more
"""
NARROW = """\
pool
  lp_pool  kernel
      Takes the p-norm of each window: (Σ
      x^p)^(1/p), and 0 where the sum is
      negative.

1 layer type; cnninspect explain NAME tells more
"""


@pytest.mark.parametrize(("width", "text"), [(80, WIDE), (42, NARROW)])
def test_descriptions_stay_in_their_column(width: int, text: str) -> None:
    """In a terminal a description wraps in its column, or below the name where its column would be narrow."""
    assert render(entries("lp_pool"), width=width) == text


@pytest.mark.parametrize("width", [50, 60, 80, 100, 140])
def test_fits_the_terminal(width: int) -> None:
    """No line is wider than the terminal, and nothing is left out."""
    lines = render(entries(), width=width).rstrip("\n").split("\n")
    assert max(map(len, lines)) <= width
    assert " ".join(lines).split() == render(entries()).split()


def test_color_is_not_counted() -> None:
    """Colour changes no line break, and only names and the last line have it."""
    colored = render(entries(), width=80, color=True)
    assert colored.count("\x1b[1m") == len(entries())
    assert colored.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") == render(entries(), width=80)


@pytest.mark.parametrize("plain", [True, False])
def test_in_a_terminal(plain: bool) -> None:  # noqa: FBT001
    """A terminal of 60 columns gets lines of at most 60, with NO_COLOR without any colour."""
    pty = pytest.importorskip("pty")
    main, terminal = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    environment |= {"COLUMNS": "60", "TERM": "xterm", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "cnninspect", "layers", "pool"]
    done = subprocess.run(
        command, stdout=terminal, env={**environment, **({"NO_COLOR": "1"} if plain else {})}, check=False
    )
    os.close(terminal)
    shown = b""
    while part := _rest(main):
        shown += part
    os.close(main)
    expected = render(entries("pool"), width=60, color=not plain)
    assert (done.returncode, shown.decode().replace("\r\n", "\n")) == (0, expected)


def test_signs_are_spelled_out() -> None:
    """Where the output is no Unicode, every description is ASCII: signs of formulas are spelled out."""
    assert render(entries(), ascii=True).isascii()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "cnninspect", "layers", "lp_pool"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.stdout.decode("ascii").splitlines()[1] == (
        "  lp_pool  kernel  Takes the p-norm of each window: (sum x^p)^(1/p), and 0 where the sum is negative."
    )


def _rest(terminal: int) -> bytes:
    """What a terminal shows next, nothing at the end."""
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other side is closed
        return b""
