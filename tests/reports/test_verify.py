"""Verified networks as text: tables that fit, differences in a sentence, formats for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from cnninspect.reports import verify, verify_json
from cnninspect.reports.verify import Outcome, Style
from tests.support.models import graph_of

if TYPE_CHECKING:
    from cnninspect.backends.verify import Verified


class Figure:
    """What a back end says of a figure."""

    def __init__(self, *parts: Any) -> None:
        self.name, self.verdict, self.stated, self.measured, self.where, self.layer, self.note = parts


class Found:
    """What a back end says of a network."""

    def __init__(self, *figures: Figure) -> None:
        self.graph = graph_of("name: net\ninput: [1]\nlayers:\n  - linear: 1\n")
        self.batch, self.unused, self.figures = 2, (), figures
        self.differs = any(figure.verdict == "differs" for figure in figures)


FOUND: Verified = Found(  # type: ignore[assignment]
    Figure("shapes", "agreed", 1234567, 1234567, "cpu, 1", None, "tensors"),
    Figure("MACs", "differs", 3, 2, "cpu, 1", "fc<1>", "the layer has 2, stated 3"),
    Figure("peak", "?", None, None, "cpu, 1", None, "no values"),
)
TABLE = """\
net  model.yaml, input 1, batch 2

figure  verdict     stated   measured  measured on  what
shapes  agreed   1,234,567  1,234,567  cpu, 1       tensors
MACs    differs          3          2  cpu, 1       fc<1>: the layer has 2, stated 3
peak    ?                ?          ?  cpu, 1       no values

MACs differs on cpu, 1 at 'fc<1>': stated 3, measured 2: the layer has 2, stated 3
1 agreed, 1 differs, 1 unknown
"""


def test_a_network() -> None:
    """One network has a line for each figure, then what differs, then how many there are of each."""
    assert verify.render([Outcome("net", FOUND)]) == TABLE


def test_narrow() -> None:
    """A narrow terminal does without remarks; numbers are never cut; colour marks the verdict alone."""
    lines = verify.render([Outcome("net", FOUND)], Style(40, color=True)).splitlines()
    assert lines[2] == "\x1b[1mfigure  verdict     stated   measured\x1b[0m"
    assert lines[4] == "MACs    \x1b[1;31mdiffers\x1b[0m          3          2"


def test_several() -> None:
    """Several networks have a line each; one that could not be verified has its reason."""
    text = verify.render([Outcome("net", FOUND), Outcome("big", None, "too large")])
    assert text.splitlines()[:3] == [
        "network  agreed  differs  ?  computed with  unknown, or why not verified",
        "net           1        1  1  cpu, 1         peak",
        "big                                         too large",
    ]
    assert text.endswith("2 networks: 1 with a difference, 1 not verified\n")


def test_junit() -> None:
    """A difference is a failure, what is unknown is skipped, what did not run an error; text is escaped."""
    net, big = ET.fromstring(verify_json.junit([Outcome("net", FOUND), Outcome("b&g", None, 'a "reason"')]))
    assert [net.get(key) for key in ("name", "tests", "failures", "skipped")] == ["net", "3", "1", "1"]
    assert [case.get("name") for case in net] == ["shapes (cpu, 1)", "MACs (cpu, 1)", "peak (cpu, 1)"]
    assert net[1][0].get("message") == "fc<1>: stated 3, measured 2. the layer has 2, stated 3"
    assert (big.get("name"), big[0][0].tag, big[0][0].get("message")) == ("b&g", "error", 'a "reason"')


def test_markdown() -> None:
    """Markdown has a heading and a table for each network."""
    lines = verify.markdown([Outcome("net", FOUND), Outcome("big", None, "too large")]).splitlines()
    assert lines[0] == "### net"
    assert lines[5].split("|")[1:5] == [" MACs   ", " differs ", "         3 ", "         2 "]
    assert lines[-3:] == ["### big", "", "too large"]
