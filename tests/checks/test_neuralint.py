"""The faulty programs that NeuraLint was published with, written as models: what a model file shows of them is found.

Nikanjam et al. 2021, arXiv 2105.08095; the programs are the 62 of https://github.com/neuralint/neuralint under
sample_buggy_scripts, besides the clean TF_lenet. Each was read and its network written down anew, with its loss where that is
one of ours and means the same. Keras's Dense works on channels, our linear on the last axis: a flatten that is missing there
is one that is missing here.

``faults.csv`` has a line for each fault. Who states it: the file's name, a comment in it, or NeuraLint's own report as its
README prints it; or nobody, and it was found by reading the program, which knows our rules and is weaker evidence. What
shows it: the network (or the loss that its training section names), only the program around it, or nothing. Then the code
that it is told as, or the reason why it is not.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.checks.neuralint.asked import GITHUB, STACK_OVERFLOW
from tests.checks.neuralint.made import MADE, MENDED
from tests.checks.neuralint.writing import lenet, model
from tests.support.checking import look

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "docs" / "lint.md"
FAULTS = [*csv.DictReader((HERE / "neuralint" / "faults.csv").read_text("utf-8").splitlines())]
PROGRAMS = {**MADE, **STACK_OVERFLOW, **GITHUB}
FREE = {
    "TF_lenet": lenet(),
    "45378493, mended": model(
        "[4, 10]",
        *["conv: {out: 16, kernel: 4, padding: same, bias: false}, batch_norm, leaky_relu"] * 2,
        "flatten, linear: {out: 64, bias: false}, batch_norm, leaky_relu, dropout: 0.2, linear: 1, sigmoid",
    ),
}
STATED = ("name", "comment", "report")


def told(program: str) -> set[str]:
    """The codes that the faults of a program are told as."""
    return {fault["told as"] for fault in FAULTS if fault["program"] == program and fault["told as"]}


def found(program: str, *severities: str) -> set[str]:
    """The codes of what is found, by severity; of a model with errors also what is found once they are mended."""
    texts = [text for text in (PROGRAMS[program], MENDED.get(program)) if text is not None]
    return {finding.code for text in texts for finding in look(text) if finding.severity in severities}


@pytest.mark.parametrize("program", PROGRAMS)
def test_faults_are_found(program: str) -> None:
    """What a fault of a published program is said to be told as is found."""
    assert told(program) <= found(program, "error", "warning", "note")


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_else_is_wrong(program: str) -> None:
    """There is no error or warning beyond the faults: what is found is right."""
    assert found(program, "error", "warning") <= told(program)


@pytest.mark.parametrize("program", FREE)
def test_programs_without_a_fault(program: str) -> None:
    """A program without a fault has no error and no warning."""
    assert [finding.code for finding in look(FREE[program]) if finding.severity != "note"] == []


def test_every_program_is_judged() -> None:
    """Each of the 62 programs has a model and its faults, and what is not told a reason."""
    assert len(PROGRAMS) == 62
    assert list(dict.fromkeys(fault["program"] for fault in FAULTS)) == [*PROGRAMS]
    assert [fault for fault in FAULTS if bool(fault["told as"]) == bool(fault["why not"])] == []
    assert [fault for fault in FAULTS if fault["told as"] and fault["shown by"] != "network"] == []


def test_the_documented_figures() -> None:
    """The figures in docs/lint.md are those of the table."""
    shown = [fault for fault in FAULTS if fault["shown by"] == "network"]
    stated = [fault for fault in shown if fault["stated by"] in STATED]
    many, some = (sum(bool(fault["told as"]) for fault in faults) for faults in (shown, stated))
    hidden = sum(fault["shown by"] == "program" for fault in FAULTS)
    text = " ".join(DOCUMENT.read_text("utf-8").split())
    assert f"all {len(PROGRAMS)} faulty programs" in text
    assert f"of the {len(shown)} faults that these show {many} are told" in text
    assert f"of the {len(stated)} among them that a name, a comment or NeuraLint's own report states {some}" in text
    assert f"{hidden} more only the program shows" in text
