"""What fails in a comparison, in the formats of services: each held against its schema or a program that reads it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import junitparser
import pytest

from cnninspect import api
from cnninspect.reports.check import View, render
from tests.reports.test_check_formats import GITLAB, JUNIT, SARIF
from tests.reports.test_diff import compared
from tests.reports.test_diff_markdown import HOSTILE, hostile

LIMITS = ("parameters > +1%", "macs > 1T", "layers < -5%")


def shown(format: str, name: str | None = None) -> str:
    """The comparisons of a model of such a name, or of the small one, in a format."""
    cases = [compared()] if name is None else hostile(name)
    checked = api.as_checked(cases, api.verdicts(cases, api.parse_limits(LIMITS)), since=False)
    return render(format, checked, View(checked.findings, ("error",), True, {}, guarded=True, version="1.2.3"))


def test_github() -> None:
    """An annotation stands at the first layer that differs."""
    assert shown("github") == (
        "::error file=new.yaml,line=4,endLine=4,col=6,endColumn=10,title=cnninspect%3A change-beyond-limit::"
        "parameters went from 5,258 to 7,298 (+2,040): 'parameters > +1%25'"
        "%0Ahelp: change the network, or the condition of --fail-on\n1 error in 1 file (1 model)\n"
    )


def test_sarif() -> None:
    """A result with its rule, figures among its properties."""
    found = json.loads(shown("sarif"))
    SARIF.validate(found)
    (result,) = found["runs"][0]["results"]
    assert result["ruleId"] == "change-beyond-limit"
    assert result["properties"]["old"] == 5258
    assert result["properties"]["value"] == 7298


def test_junit() -> None:
    """A case for the network and one for each condition, those that are not met pass."""
    text = shown("junit")
    JUNIT.validate(ET.ElementTree(ET.fromstring(text)))
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    assert [(case.name, case.is_passed) for case in suite] == [
        ("tiny", True),
        ("tiny: not parameters > +1%", False),
        ("tiny: not macs > 1T", True),
        ("tiny: not layers < -5%", True),
    ]


def test_gitlab() -> None:
    """An issue of code quality for each condition that is met."""
    found = json.loads(shown("gitlab"))
    GITLAB.validate(found[0])
    assert [issue["check_name"] for issue in found] == ["change-beyond-limit"]


@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_names_are_inert(name: str) -> None:
    """Whatever a name contains, every format stays what it is, and tells the mistakes of what is broken now."""
    SARIF.validate(json.loads(shown("sarif", name)))
    JUNIT.validate(ET.ElementTree(ET.fromstring(shown("junit", name))))
    for issue in json.loads(shown("gitlab", name)):
        GITLAB.validate(issue)
    lines = shown("github", name).splitlines()
    assert all(line.startswith("::error file=") for line in lines[:-1])
    assert len(lines) >= 3
