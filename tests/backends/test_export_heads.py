"""Heads for training in a Python file: no variable that may be unbound, the outputs in the order of the model."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from tests.backends.test_export_python import formatted, hold, read

if TYPE_CHECKING:
    from pathlib import Path

TRUNK = """
name: NAME
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: first}
  - {conv: {out: 4, kernel: 3, padding: 1}, name: second}
  - {conv: {out: 5, kernel: 1}, from: first, name: early}
  - {conv: {out: 5, kernel: 1}, from: second, name: later}
  - {conv: {out: 4, kernel: 1}, from: second, name: third}
  - {chunk: 2, from: early, name: halves}
  - {concat: [early, third], name: both}
  - {conv: {out: 3, kernel: 1}, name: joined}
  - {conv: {out: 6, kernel: 1}, from: third, name: heads}
  - {conv: {out: 7, kernel: 1}, from: heads, name: last}
"""
ONE = "{heads: heads, early: {from: early, training: true}}"
TWO = "{heads: heads, early: {from: early, training: true}, trunk: {from: second, training: true}}"
LAST = "{heads: heads, last: {from: last, training: true}}"
MIXED = """
  last: {from: last, training: true}
  later: {from: later, training: true}
  heads: heads
  early: {from: early, training: true}
"""
PIECES = """
  heads: heads
  third: third
  two: {from: halves.1, training: true}
  one: {from: halves.0, training: true}
  same: {from: halves.1, training: true}
"""
ACROSS = "{heads: heads, joined: {from: joined, training: true}}"
ALL = {"across": ACROSS, "one": ONE, "two": TWO, "last": LAST, "mixed": MIXED, "pieces": PIECES}


def text_of(name: str) -> str:
    """The model with the outputs of a row."""
    return TRUNK.replace("NAME", name) + f"outputs: {ALL[name]}\n"


def forward(text: str) -> list[str]:
    """The lines of the network's forward."""
    body = text.rpartition("    def forward")[2].partition("\n\n\n")[0]
    return [line[8:] for line in body.splitlines()[1:]]


@pytest.mark.torch
@pytest.mark.parametrize("name", ALL)
def test_heads_for_training_are_the_same(name: str) -> None:
    """Heads early and late, of the trunk, of pieces, in any order: the network that build makes."""
    hold(read("x", text_of(name)))


def test_a_head_in_the_middle_is_collected() -> None:
    """A head that the trunk goes on behind waits in a dict, a map for one in another, one behind it all in a variable."""
    across = forward(api.export_python(read("x", text_of("across"))))
    assert [line for line in across if "early" in line or "heads" in line] == [
        '    others["early"] = self.early(x)',
        '    others["early"].chunk(chunks=2, dim=1)',
        "heads: dict[str, Tensor] = {}",
        '    y = torch.cat([others["early"], x], dim=1)',
        '    heads["joined"] = self.joined(y)',
        "x = self.heads(x)",
        '    return {"heads": x, **heads}',
    ]
    assert forward(api.export_python(read("x", text_of("two")))) == [
        "x = self.first(x)",
        "heads: dict[str, Tensor] = {}",
        "if self.training:",
        '    heads["early"] = self.early(x)',
        '    heads["early"].chunk(chunks=2, dim=1)',
        "x = self.second(x)",
        "self.later(x)",
        "y = self.third(x)",
        "if self.training:",
        '    z = torch.cat([heads["early"], y], dim=1)',
        "    self.joined(z)",
        "y = self.heads(y)",
        "self.last(y)",
        "if self.training:",
        '    return {"heads": y, **heads, "trunk": x}',
        "return y",
    ]
    assert forward(api.export_python(read("x", text_of("last"))))[-5:] == [
        "y = self.heads(y)",
        "if self.training:",
        "    last = self.last(y)",
        '    return {"heads": y, "last": last}',
        "return y",
    ]
    assert forward(api.export_python(read("x", text_of("mixed"))))[-9:] == [
        "if self.training:",
        "    last = self.last(x)",
        "    return {",
        '        "last": last,',
        '        "later": heads["later"],',
        '        "heads": x,',
        '        "early": heads["early"],',
        "    }",
        "return x",
    ]


@pytest.mark.parametrize("shipped", ["googlenet", "inception_v3"])
def test_shipped_heads(shipped: str) -> None:
    """The outputs of networks that ship are those of the model, in its order."""
    assert forward(api.export_python(api.load(shipped)))[-3:] == [
        "if self.training:",
        '    return {"logits": x, **heads}',
        "return x",
    ]


def test_nothing_is_possibly_unbound(tmp_path: Path) -> None:
    """A type checker finds every variable bound where it is read."""
    pytest.importorskip("mypy")
    for name in ALL:
        (tmp_path / f"{name}.py").write_text(api.export_python(read("x", text_of(name))), "utf-8")
    for name in ("googlenet", "inception_v3"):
        (tmp_path / f"{name}.py").write_text(api.export_python(api.load(name)), "utf-8")
    formatted(tmp_path)
    asked = [
        "--enable-error-code=possibly-undefined",
        "--config-file=",
        "--follow-imports=skip",
        "--ignore-missing-imports",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *asked, "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, done.stdout), done.stdout
