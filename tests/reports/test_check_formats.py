"""The formats of `check`, each held against its official schema or a program that reads it, and against hostile texts."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cnninspect import api
from cnninspect.api.checked import Checked, File, Model, Told, merged
from cnninspect.checks.budgets import judge
from cnninspect.frontends.budgets.elsewhere import parse_option
from cnninspect.frontends.discover import Trouble
from cnninspect.reports.check import FORMATS, View, github, markdown, render, words
from cnninspect.values import Edit, Finding, Span

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
SARIF = jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))
GITLAB = jsonschema.Draft7Validator(json.loads((SCHEMAS / "codeclimate.json").read_text("utf-8")))
JUNIT = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
ALL = ("error", "warning", "note")

ERROR = Finding(
    "groups-do-not-divide",
    "error",
    "6 input channels do not split into 4 equal groups",
    ("the input is (6, 32, 32)",),
    "use a divisor of 6",
    Span("models/a.yaml", 8, 15, 8, 16),
    "stem.0",
)
WARNING = Finding(
    "bias-before-norm",
    "warning",
    "the bias is subtracted again",
    (),
    "write bias: false",
    Span("models/a.yaml", 4, 5, 4, 9),
    "conv1",
    edits=(Edit(Span("models/a.yaml", 4, 20, 4, 20), ", bias: false"),),
)
NOTE = Finding("unused-param", "note", "param 'x' is never used", (), "", Span("models/base.yaml", 2, 1, 3, 4))
NOWHERE = Finding("unknown-variant", "error", "there is no variant", (), "", Span("--variant", 0, 0, 0, 0))
LINES = {
    ("models/a.yaml", 8): "      groups: 4",
    ("models/a.yaml", 4): "  - conv: {out: 8, x}",
    ("models/base.yaml", 2): "x: 1",
}


def checked(*findings: Finding, models: tuple[str, ...] = ("a", "wide"), troubles: tuple[Trouble, ...] = ()) -> Checked:
    """A check of one file of several models, each finding in the first of them but a note, which all have."""
    told = tuple([Told(one, models if one.severity == "note" else models[:1]) for one in findings])
    counts = tuple([sum(one.severity == severity for one in findings) for severity in ALL])
    networks = tuple([Model("models/a.yaml", name, None, counts) for name in models])  # type: ignore[arg-type]
    return Checked((File("models/a.yaml", networks, told, LINES),), told, troubles, 0, 0)


def view(of: Checked, **more: Any) -> View:
    """Everything shown, failing at errors."""
    return View(of.findings, ("error",), api.fails(of, "error"), {}, **more)


LOST = Trouble("lost.yaml", "file-not-found", "there is no file 'lost.yaml'")
SAMPLE = checked(ERROR, WARNING, NOTE, NOWHERE, troubles=(LOST,))
CLEAN = checked()


def shown(format: str, of: Checked = SAMPLE, **more: Any) -> str:
    """A report."""
    return render(format, of, view(of, **more))


# --- SARIF -------------------------------------------------------------------------------


def sarif(of: Checked) -> dict[str, Any]:
    """The one run of a log that keeps to the schema."""
    log = json.loads(shown("sarif", of))
    SARIF.validate(log)
    (run,) = log["runs"]
    return run  # type: ignore[no-any-return]


def test_sarif() -> None:
    """A log of SARIF 2.1.0: results with rules, places, fixes and the models that have them."""
    run = sarif(SAMPLE)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["bias-before-norm", "groups-do-not-divide", "unknown-variant", "unused-param"]
    assert [(r["ruleId"], r["ruleIndex"], r["level"]) for r in run["results"]] == [
        ("groups-do-not-divide", 1, "error"),
        ("bias-before-norm", 0, "warning"),
        ("unused-param", 3, "note"),
        ("unknown-variant", 2, "error"),
    ]
    first = run["results"][0]
    assert first["message"]["text"] == (
        "6 input channels do not split into 4 equal groups\nnote: the input is (6, 32, 32)\nhelp: use a divisor of 6\n"
        "in a: 1 of 2 models of the file"
    )
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "models/a.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 8, "startColumn": 15, "endLine": 8, "endColumn": 16},
            },
            "logicalLocations": [{"name": "stem.0", "fullyQualifiedName": "stem.0", "kind": "object"}],
        }
    ]
    assert run["columnKind"] == "unicodeCodePoints"
    assert first["properties"] == {"models": ["a"]}
    assert "region" not in run["results"][3]["locations"][0]["physicalLocation"]


def test_sarif_rules_have_their_pages() -> None:
    """Each rule that occurs has its page as help, those of lint rules as well."""
    for rule in sarif(SAMPLE)["tool"]["driver"]["rules"]:
        assert rule["help"]["text"] == rule["help"]["markdown"]
        assert "```yaml" in rule["help"]["markdown"]
        assert rule["shortDescription"]["text"].endswith(".")
    (rule,) = sarif(checked(ERROR._replace(code="of-a-plugin")))["tool"]["driver"]["rules"]
    assert rule == {"id": "of-a-plugin", "defaultConfiguration": {"level": "error"}}


def test_sarif_fixes() -> None:
    """A certain remedy is a fix: which characters go, what comes in their place."""
    (fix,) = sarif(SAMPLE)["results"][1]["fixes"]
    assert fix == {
        "description": {"text": "write bias: false"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": "models/a.yaml", "uriBaseId": "%SRCROOT%"},
                "replacements": [
                    {
                        "deletedRegion": {"startLine": 4, "startColumn": 20, "endLine": 4, "endColumn": 20},
                        "insertedContent": {"text": ", bias: false"},
                    }
                ],
            }
        ],
    }


def test_sarif_tells_what_could_not_be_read() -> None:
    """A file that could not be read makes the run unsuccessful, and is named."""
    (invocation,) = sarif(SAMPLE)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "there is no file 'lost.yaml'"
    assert sarif(CLEAN)["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("models/a b#1.yaml", {"uri": "models/a%20b%231.yaml", "uriBaseId": "%SRCROOT%"}),
        ("models\\a.yaml", {"uri": "models/a.yaml", "uriBaseId": "%SRCROOT%"}),
        ("modèle.yaml", {"uri": "mod%C3%A8le.yaml", "uriBaseId": "%SRCROOT%"}),
        ("/elsewhere/a.yaml", {"uri": "file:///elsewhere/a.yaml"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_sarif_paths(path: str, location: dict[str, str]) -> None:
    """Paths are URIs from the root of the repository, of files elsewhere from that of the machine."""
    run = sarif(checked(ERROR._replace(span=Span(path, 1, 1, 1, 2))))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_sarif_texts_are_plain() -> None:
    """What SARIF would take for a link or a placeholder is escaped as section 3.11 says."""
    run = sarif(checked(ERROR._replace(message="[click](http://x) and \\", notes=(), help="use {0}")))
    assert run["results"][0]["message"]["text"].split("\n")[:2] == [
        "\\[click\\](http://x) and \\\\",
        "help: use {{0}}",
    ]


# --- fingerprints ------------------------------------------------------------------------


def prints(text: str, folder: Path) -> dict[str, str]:
    """The fingerprint of each finding of a model, by its message."""
    (folder / "m.yaml").write_text(text)
    found = api.check([str(folder / "m.yaml")])
    assert len(found.findings) > 1
    return dict(
        zip([told.finding.message for told in found.findings], words.fingerprints(found, view(found)), strict=True)
    )


def test_fingerprints_survive_lines_that_come_and_go(tmp_path: Path) -> None:
    """Lines above, and another indentation, change no fingerprint; another line of text does."""
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernl: 3}\n  - conv: {out: 8, kernel: 3, bais: false}\n"
    first = prints(text, tmp_path)
    assert prints("# a comment\n\n" + text.replace("  - conv", "    - conv"), tmp_path) == first
    changed = prints(text.replace("kernl: 3}", "kernl: 5}"), tmp_path)
    assert {message for message in first if first[message] != changed[message]} == {"conv has no option 'kernl'"}


def test_equal_lines_have_unlike_fingerprints(tmp_path: Path) -> None:
    """Two findings of one text are two, and keep their order."""
    (tmp_path / "m.yaml").write_text("input: [3, 8, 8]\nlayers:\n" + "  - conv: {out: 8, kernl: 3}\n" * 2)
    found = api.check([str(tmp_path / "m.yaml")])
    one, *others = words.fingerprints(found, view(found))
    assert others
    assert one not in others


# --- JUnit -------------------------------------------------------------------------------


def suites(text: str) -> list[Any]:
    """The suites, as a consumer reads them, of a document that keeps to the schema."""
    JUNIT.validate(text)
    return list(junitparser.JUnitXml.fromstring(text.encode("utf-8")))


def test_junit() -> None:
    """A case for each model, those that pass as well; what does not fail is told beside."""
    suite, lost = suites(shown("junit"))
    assert (suite.name, suite.tests, suite.failures, suite.errors) == ("models/a.yaml", 2, 1, 0)
    broken, fine = list(suite)
    assert (broken.name, broken.classname, len(broken.result)) == ("a", "models/a.yaml", 2)
    assert broken.result[0].message == "error[groups-do-not-divide]: 6 input channels do not split into 4 equal groups"
    assert broken.result[0].text.split("\n")[1] == "at models/a.yaml:8:15"
    assert broken.system_out.startswith("warning[bias-before-norm]: the bias is subtracted again\nat models/a.yaml:4")
    assert (fine.name, fine.is_passed) == ("wide", True)
    assert (lost.name, lost.errors, next(iter(lost)).is_error) == ("lost.yaml", 1, True)
    total = junitparser.JUnitXml.fromstring(shown("junit").encode())
    assert (total.tests, total.failures, total.errors) == (3, 1, 1)


def test_junit_has_a_case_for_each_budget(tmp_path: Path) -> None:
    """Each limit of each model is a case, whether it is kept or not."""
    path = tmp_path / "m.yaml"
    path.write_text("name: net\ninput: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n")
    found = api.check([str(path)], budgets=["parameters <= 1K", "macs <= 100", "parameters >= 1"])
    (suite,) = suites(render("junit", found, view(found)))
    cases = {case.name: case.is_passed for case in suite}
    assert cases == {
        "net": True,
        "net: parameters <= 1K": True,
        "net: macs <= 100": False,
        "net: parameters >= 1": True,
    }
    kept = next(case for case in suite if case.name == "net: parameters <= 1K")
    assert kept.system_out == "parameters <= 1K: 224, 776 to spare"
    graph = api.load(str(path))
    (verdict,) = judge(graph, [parse_option("macs <= 100", "--budget")])
    assert verdict.finding is not None
    failed = next(case for case in suite if not case.is_passed)
    assert failed.result[0].message == f"error[budget-exceeded]: {verdict.finding.message}"


# --- GitLab ------------------------------------------------------------------------------


def gitlab(text: str) -> list[dict[str, Any]]:
    """The entries, each of which keeps to GitLab's own schema."""
    entries: list[dict[str, Any]] = json.loads(text)
    for entry in entries:
        GITLAB.validate(entry)
        assert entry["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    return entries


def test_gitlab() -> None:
    """An entry for each finding with GitLab's severities; none for a clean check."""
    entries = gitlab(shown("gitlab"))
    assert [(e["check_name"], e["severity"], e["location"]["path"]) for e in entries] == [
        ("groups-do-not-divide", "critical", "models/a.yaml"),
        ("bias-before-norm", "minor", "models/a.yaml"),
        ("unused-param", "info", "models/base.yaml"),
        ("unknown-variant", "critical", "--variant"),
        ("file-not-found", "blocker", "lost.yaml"),
    ]
    assert gitlab(shown("gitlab", CLEAN)) == []


# --- GitHub ------------------------------------------------------------------------------


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner of GitHub Actions reads them: ActionCommand.TryParseV2 and its unescaping."""
    found = []
    for line in text.split("\n"):
        if not line.strip().startswith("::"):
            continue
        head, _, data = line.strip()[2:].partition("::")
        name, _, rest = head.partition(" ")
        properties = {}
        for pair in rest.split(","):
            key, _, word = pair.partition("=")
            for escape, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
                word = word.replace(escape, sign)
            properties[key] = word
        for escape, sign in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            data = data.replace(escape, sign)
        found.append((name, properties, data))
    return found


def test_github() -> None:
    """An annotation for each finding and each file that could not be read, then the sum."""
    text = shown("github")
    found = commands(text)
    assert [(name, one.get("file"), one.get("line")) for name, one, _ in found] == [
        ("error", "models/a.yaml", "8"),
        ("warning", "models/a.yaml", "4"),
        ("notice", "models/base.yaml", "2"),
        ("error", "--variant", None),
        ("error", "lost.yaml", None),
    ]
    assert found[0][1] == {
        "file": "models/a.yaml",
        "line": "8",
        "endLine": "8",
        "col": "15",
        "endColumn": "16",
        "title": "cnninspect: groups-do-not-divide",
    }
    assert "col" not in found[2][1]  # columns are for what stands on one line
    assert found[0][2].split("\n")[0] == ERROR.message
    assert text.rstrip().split("\n")[-1] == "2 errors, 1 warning, 1 note in 1 file (2 models)"


def test_github_places_are_those_of_the_repository() -> None:
    """A file is named by its path from the root of the repository, wherever the check ran."""
    of = checked(ERROR)
    moved = View(of.findings, ("error",), True, {"models/a.yaml": "sub/models/a.yaml"})
    assert commands(render("github", of, moved))[0][1]["file"] == "sub/models/a.yaml"


# --- Markdown, CSV, text -----------------------------------------------------------------


def test_markdown() -> None:
    """A comment begins with a marker, then the sum, a table, and what was checked, folded."""
    text = shown("markdown")
    assert text.startswith("<!-- cnninspect check -->\n\n### ❌ cnninspect: 2 errors, 1 warning, 1 note in 1 file")
    assert "| ❌ | `models/a.yaml:8:15` | **groups-do-not-divide**<br>`6 input channels" in text
    assert "- `there is no file 'lost.yaml'`" in text
    assert "<details><summary>What was checked</summary>\n\n- `models/a.yaml`: `a`, `wide`" in text
    assert shown("markdown", CLEAN).split("\n")[2] == "### ✅ cnninspect: no findings in 1 file (2 models)"


def test_markdown_stays_below_what_a_comment_may_have() -> None:
    """However many findings there are, the comment has less than GitHub's 65,536 characters, and says how many are left out."""
    many = [ERROR._replace(span=Span("models/a.yaml", line, 1, line, 2), message="x" * 300) for line in range(1, 500)]
    text = shown("markdown", checked(*many))
    assert len(text) < 65_536
    rows = text.count("| ❌ |")
    assert 0 < rows < 499
    assert f"… and {499 - rows} more" in text
    assert len(shown("markdown", checked(ERROR, models=tuple(f"m{i}" * 10 for i in range(20_000))))) < 65_536


def test_csv() -> None:
    """A line for each finding."""
    rows = list(csv.DictReader(io.StringIO(shown("csv"))))
    assert [row["code"] for row in rows] == [told.finding.code for told in SAMPLE.findings]
    assert (rows[0]["line"], rows[0]["layer"], rows[2]["models"]) == ("8", "stem.0", "a wide")


def test_text() -> None:
    """Text shows the line that a finding points at, and ends with the sum; without it where nobody wants it."""
    text = shown("text")
    assert "8 |       groups: 4\n  |               ^\n" in text
    assert text.endswith("\n2 errors, 1 warning, 1 note in 1 file (2 models)\n")
    assert "2 errors" not in shown("text", last=False)


def test_json() -> None:
    """A record has everything that a finding has, with its models and edits, and what a budget adds."""
    budget = ERROR._replace(code="budget-exceeded", facts={"metric": "macs", "value": 5, "limit": "<= 4", "top": []})
    document = json.loads(shown("json", checked(budget, WARNING)))
    first, second = document["findings"]
    assert first == {
        "code": "budget-exceeded",
        "severity": "error",
        "message": ERROR.message,
        "notes": ["the input is (6, 32, 32)"],
        "help": "use a divisor of 6",
        "file": "models/a.yaml",
        "line": 8,
        "column": 15,
        "end_line": 8,
        "end_column": 16,
        "layer": "stem.0",
        "models": ["a"],
        "model_file": None,
        "metric": "macs",
        "value": 5,
        "limit": "<= 4",
        "top": [],
        "edits": [],
    }
    assert second["edits"] == [
        {
            "file": "models/a.yaml",
            "line": 4,
            "column": 20,
            "end_line": 4,
            "end_column": 20,
            "text": ", bias: false",
        }
    ]


# --- foreign texts -----------------------------------------------------------------------

HOSTILE = st.one_of(
    st.sampled_from(
        [
            "\n::error::x",
            "::set-output name=x::y",
            "##[add-path]/tmp",
            "%0A::warning::x",
            "a%25b",
            "a,file=b:c",
            "]]></failure><script>alert(1)</script>",
            "&lt;&amp;&#0;",
            "<!-- --> <img src=x onerror=alert(1)>",
            "</details><h1>x</h1>",
            "` ``code`` ```",
            "a|b||c\\|d\\\\|e",
            "\\`",
            "[x](javascript:alert(1)) ![y](http://z/z.png) @everyone #1 http://evil.example",
            "**bold** _it_ ~~no~~",
            "\x1b[31mred\x1b]0;title\x07",
            "a\u202eb\u2066c\u200bd\u2028e\u0085f",
            "\x00\x01\x0b\x0c\x7f\x9b",
            "\ud800 \udfff \ufffe \uffff",
            "=cmd|' /C calc'!A0",
            "+1",
            "-2",
            "@SUM(1)",
            '"quoted", "cells"',
            "{0} {{1}} ](",
            "x" * 5000,
        ]
    ),
    st.text(max_size=40),
    st.text("`|\\*_[]()<>&\"'%:,=@#\r\n\x1b\u202e ab", max_size=30),
)


@st.composite
def hostile(draw: st.DrawFn) -> Checked:
    """A check in which every text of a file is somebody's."""
    name = draw(HOSTILE)
    span = Span(name, draw(st.integers(0, 3)), 1, 3, 2)
    finding = Finding(
        "unknown-option",
        draw(st.sampled_from(ALL)),
        draw(HOSTILE),
        (draw(HOSTILE),),
        draw(HOSTILE),
        span,
        draw(HOSTILE),
        edits=(Edit(Span(name, 1, 1, 1, 1), draw(HOSTILE)),),
    )
    models = (draw(HOSTILE), draw(HOSTILE))
    told = (Told(finding, models[:1]),)
    networks = tuple([Model(name, model, None, (1, 0, 0)) for model in models])
    lines = {(name, span.line): draw(HOSTILE).replace("\n", " ")}
    trouble = Trouble(draw(HOSTILE), "file-not-found", draw(HOSTILE))
    return Checked((File(name, networks, told, lines),), told, (trouble,), 0, 0)


def printable(text: str, *, also: str = "\n") -> bool:
    """Whether a terminal and a page show a text as it is: no control characters, marks of direction or lone halves."""
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return all(sign in also or unicodedata.category(sign) not in bad for sign in text)


@given(hostile())
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_plain_text(format: str, of: Checked) -> None:
    """No control character, escape sequence or mark of direction of a file reaches a report, in any format."""
    text = render(format, of, view(of))
    assert printable(text, also="\n\ufe0f")
    text.encode("utf-8")


@given(hostile())
def test_github_commands_are_ours_alone(of: Checked) -> None:
    """Whatever a file says, there is one command a finding, with our properties and no other."""
    text = render("github", of, view(of))
    found = commands(text)
    assert [line.startswith("::") for line in text.split("\n")] == [True, True, False, False]
    assert [name for name, _, _ in found] == [github.LEVELS[of.findings[0].finding.severity], "error"]
    allowed = {"file", "line", "endLine", "col", "endColumn", "title"}
    assert all(set(properties) <= allowed for _, properties, _ in found)
    assert "##[" not in text.rstrip("\n").split("\n")[-1]


@given(hostile())
def test_text_is_no_command_in_a_job(of: Checked) -> None:
    """In a job, text holds none of the marks by which services know commands, however a file writes them."""
    text = render("text", of, view(of, guarded=True))
    assert "##[" not in text
    assert "##vso[" not in text
    assert not any(line.strip().startswith("::") for line in text.split("\n"))


@given(hostile())
def test_sarif_keeps_to_its_schema(of: Checked) -> None:
    """Whatever a file says, the log is one of SARIF 2.1.0 and its paths are URIs."""
    run = sarif(of)
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert all(sign.isascii() and sign not in ' <>"{}|\\^`' for sign in uri)


@given(hostile())
def test_junit_keeps_to_its_schema(of: Checked) -> None:
    """Whatever a file says, the document is XML with as many suites and cases as there are."""
    read = suites(render("junit", of, view(of)))
    assert [len(list(suite)) for suite in read] == [2, 1]
    root = ET.fromstring(render("junit", of, view(of)))
    assert {element.tag for element in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "system-out"),
    }


@given(hostile())
def test_gitlab_keeps_to_its_schema(of: Checked) -> None:
    """Whatever a file says, each entry is one that GitLab takes."""
    assert len(json.loads(render("gitlab", of, view(of)))) == 2
    for entry in json.loads(render("gitlab", of, view(of))):
        GITLAB.validate(entry)


@given(hostile())
def test_csv_has_no_formula(of: Checked) -> None:
    """Whatever a file says, there is one line of cells, and none begins as a formula."""
    header, row = list(csv.reader(io.StringIO(render("csv", of, view(of)))))
    assert len(header) == len(row)
    assert not any(cell[:1] in tuple("=+-@\t\r") for cell in row if cell)


MARKDOWN = MarkdownIt("gfm-like", {"linkify": False, "html": True})


@given(hostile())
def test_markdown_is_inert(of: Checked) -> None:
    """Whatever a file says, a reader of Markdown sees one row of three cells, and foreign text in code spans alone."""
    tokens = MARKDOWN.parse(render("markdown", of, view(of)))
    cells = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 3
    finding = of.findings[0].finding
    heading = f"❌ cnninspect: {words.total(of)}"
    ours = {
        heading,
        heading.replace("❌", "✅"),
        markdown.SIGNS[finding.severity],
        finding.code,
        "where",
        "what",
        ": ",
        ", ",
    }
    for child in [child for token in tokens for child in token.children or []]:
        assert child.type in {"code_inline", "html_inline", "strong_open", "strong_close", "text"}
        if child.type == "html_inline":
            assert child.content == "<br>"
        if child.type == "text":
            assert child.content in {*ours, ""}
    blocks = [token.content.strip() for token in tokens if token.type == "html_block"]
    assert blocks == [markdown.MARKER, "<details><summary>What was checked</summary>", "</details>"]


def test_a_finding_of_several_models_is_one() -> None:
    """The same finding at the same place is one record, with every model that has it, each once."""
    one = Told(ERROR, ("a",))
    found = merged(
        [one, Told(WARNING, ("a",)), Told(ERROR, ("b", "a")), Told(ERROR._replace(message="7"), ("c",)), one]
    )
    assert [(told.finding.message, told.models) for told in found] == [
        (ERROR.message, ("a", "b")),
        (WARNING.message, ("a",)),
        ("7", ("c",)),
    ]


def test_whose_findings_are() -> None:
    """Which models have a finding is said where that is not clear; many are counted."""
    models = {"f": 12, "one": 1}
    finding = ERROR._replace(span=Span("f", 1, 1, 1, 1))
    names = tuple(f"m{index}" for index in range(12))
    assert words.whose(Told(finding, names), models) == "in all 12 models of the file"
    assert words.whose(Told(finding, names[:10]), models) == (
        "in m0, m1, m2, m3, m4, m5, m6, m7 and 2 more: 10 of 12 models of the file"
    )
    assert words.whose(Told(finding, (*names, "x")), models).endswith("m7 and 5 more")
    assert words.whose(Told(ERROR._replace(span=Span("one", 1, 1, 1, 1)), ("one",)), models) == ""
    assert words.whose(Told(ERROR._replace(span=Span("base", 1, 1, 1, 1)), ("one",)), models) == "in one"
    assert words.whose(Told(ERROR, ()), models) == ""
