"""The lock file: what is kept, what counts as growth, and that it merges as git merges."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.checks.budgets import findings
from cnninspect.checks.lock import FIGURES, Lock, file_of, key_of, read_lock, render, updated
from cnninspect.checks.ratchet import judge_growth, measure, new, place_of, unheld
from cnninspect.frontends.budgets.tolerance import Tolerance, parse_tolerance
from cnninspect.values import Problem, Span

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.checks.budgets import Verdict
    from cnninspect.checks.lock import Known

PLACE = Span("tiny.yaml", 1, 1, 1, 5)
TEXT = """{
 "a.yaml": {
  "macs": 100,
  "parameters": 10
 },
 "a.yaml:big": {
  "macs": null,
  "parameters": 20
 },
 "schema": "cnninspect.lock/1"
}
"""


def test_text() -> None:
    """A lock has a block for each network, sorted, and its version last; it is read as it is written."""
    lock = read_lock(TEXT, "cnninspect.lock.json")
    assert lock.models == {"a.yaml": {"macs": 100, "parameters": 10}, "a.yaml:big": {"macs": None, "parameters": 20}}
    assert render(lock) == TEXT
    turned = Lock("x", {key: dict(reversed([*lock.models[key].items()])) for key in reversed([*lock.models])})
    assert render(turned) == TEXT
    assert render(Lock("x", {})) == '{\n "schema": "cnninspect.lock/1"\n}\n'


def test_odd_names_survive() -> None:
    """Whatever a file is called, its key is read back, and no byte of the lock is invisible."""
    names = ['a"\\b.yaml', "\u202e\u001b[31m.yaml", "größe/模.yaml", "\udcff.yaml", key_of("schema", None)]
    lock = Lock("x", {name: {"macs": 1} for name in names})
    text = render(lock)
    assert read_lock(text, "x") == lock
    assert text.replace("\n", "").isprintable()
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("path", "variant", "key"),
    [
        ("models/a.yaml", None, "models/a.yaml"),
        ("models\\a.yaml", "big", "models/a.yaml:big"),
        ("schema", None, "./schema"),
        ("schema", "big", "./schema:big"),
        ("c:/a.yaml", None, "c:/a.yaml"),
    ],
)
def test_keys(path: str, variant: str | None, key: str) -> None:
    """A network is called by its file and its variant."""
    assert key_of(path, variant) == key
    assert file_of(key) == path.replace("\\", "/").replace("schema", "./schema")


BROKEN = [
    ("", "it is not JSON at 1:1: expecting value"),
    ("{", "it is not JSON at 1:2: expecting property name enclosed in double quotes"),
    (TEXT[:-3], "it is not JSON at 10:31: expecting ',' delimiter"),
    ("[]", "it is no JSON object"),
    ("{}", "it does not say which version it is; this program reads cnninspect.lock/1"),
    ('{"schema": "cnninspect.lock/2"}', "it is of version 'cnninspect.lock/2'; this program reads cnninspect.lock/1"),
    ('{"schema": "\u202e"}', "it is of version '\\u202e'; this program reads cnninspect.lock/1"),
    (TEXT.replace('"a.yaml:big"', '"a.yaml"'), "'a.yaml' is in it twice"),
    (TEXT.replace("100", '"100"'), "macs of 'a.yaml' is no whole number: '100'"),
    (TEXT.replace("100", "-1"), "macs of 'a.yaml' is no whole number: '-1'"),
    (TEXT.replace("100", "1.5"), "macs of 'a.yaml' is no whole number: '1.5'"),
    (TEXT.replace("100", "true"), "macs of 'a.yaml' is no whole number: 'True'"),
    (TEXT.replace("100", "9" * 5000), "it is no lock file"),
    ("[" * 200_000, "it is no lock file"),
    ('{"a": 5, "schema": "cnninspect.lock/1"}', "the figures of 'a' are no object"),
]


@pytest.mark.parametrize(("text", "why"), BROKEN, ids=range(len(BROKEN)))
def test_damage_is_told(text: str, why: str) -> None:
    """A lock that cannot be read says where and why, and how to make it anew."""
    with pytest.raises(Problem) as caught:
        read_lock(text, "my.lock.json")
    assert caught.value.code == "bad-baseline"
    assert caught.value.message == f"'my.lock.json' cannot be used as a baseline: {why}"
    assert caught.value.help == "cnninspect check --baseline FILE --update-baseline writes it anew"


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> branch", "||||||| base"])
def test_conflicts_are_told(marker: str) -> None:
    """What git could not merge is told as that, with its line and the remedy."""
    with pytest.raises(Problem) as caught:
        read_lock(TEXT.replace(' "a.yaml:big": {', f'{marker}\n "a.yaml:big": {{'), "l")
    assert caught.value.message == (
        f"'l' cannot be used as a baseline: line 6 is a conflict that git could not merge: '{marker}'"
    )
    assert caught.value.help.startswith("take either side whole")


# --- growth ----------------------------------------------------------------------------------

MODEL = """name: tiny
input: [3, 32, 32]
params: {width: 8}
variants: {wide: {width: 16}}
layers:
  - conv: {out: $width, kernel: 3}
  - flatten
  - linear: 10
"""


TALL = "input: [3, 8, 8]\nlayers:\n  - concat: {axis: height, a: [conv: {out: 3, kernel: 3, padding: 1}], b: []}\n"


def grown(known: Known, tolerance: str = "0", text: str = MODEL) -> tuple[Verdict, ...]:
    loaded = api.read("tiny.yaml", text=text)
    assert loaded.graph is not None
    return judge_growth(loaded.graph, known, parse_tolerance(tolerance, "--tolerance"), Lock("my.lock", {}), PLACE)


def test_measured_figures() -> None:
    """The lock keeps what a network costs, as other commands state it."""
    graph = api.load("resnet18")
    found, plain = measure(graph), api.summarize(graph)
    assert plain.insight is not None
    assert found == {
        "flops": plain.totals.flops,
        "macs": 1_814_073_344,
        "parameters": 11_689_512,
        "peak_activation_bytes": plain.insight.memory.peak_activation_bytes,
        "receptive_field": 435,
        "saved_activation_bytes": plain.insight.memory.saved_activation_bytes,
    }
    assert tuple(found) == FIGURES


def test_nothing_changed() -> None:
    """What is as it was passes with nothing to spare."""
    found = grown(measure(api.load("vgg16")), text=(api.read("vgg16").sources[0].text))
    assert [(verdict.passed, verdict.margin) for verdict in found] == [(True, 0)] * len(FIGURES)


@pytest.mark.parametrize(
    ("metric", "before", "tolerance", "passed"),
    [
        ("parameters", 72_234, "0", True),
        ("parameters", 72_233, "0%", False),
        ("parameters", 72_233, "0.01%", True),
        ("parameters", 70_000, "3%", False),
        ("parameters", 70_000, "3.2%", True),
        ("parameters", 99_999_999, "0", True),
        ("parameters", 0, "1000%", False),
        ("receptive_field", 3, "0", True),
        ("receptive_field", 2, "0", True),
        ("receptive_field", 4, "0", False),
        ("receptive_field", 4, "25%", True),
        ("receptive_field", 4, "24%", False),
    ],
)
def test_only_growth_fails(metric: str, before: int, tolerance: str, passed: bool) -> None:  # noqa: FBT001
    """Costs may fall and fields may widen; the other way only within the tolerance, which is exact."""
    (verdict,) = grown({metric: before}, tolerance)
    assert verdict.passed is passed


def test_growth_is_told() -> None:
    """All that has grown is told together: by how much, what it was, and where most of it comes from."""
    found = grown({"parameters": 60_000, "receptive_field": 5, "macs": 10**9}, "1.5%")
    assert [verdict.passed for verdict in found] == [True, False, False]
    (told,) = findings(found)
    assert told.message == (
        "'tiny' has grown against my.lock: parameters +20.4%, receptive_field -40.0%, and 1.5% is allowed"
    )
    assert told.notes == (
        "parameters is 72,234, 12,234 (20.4%) more than 60,000",
        "receptive_field is 3, 2 (40.0%) less than 5",
        "most comes from '2' 72,010 (99.7%), '0' 224 (0.3%) of parameters",
    )
    assert found[1].title == "parameters <= 60,000 + 1.5%"
    listed = told.facts["grown"]
    assert isinstance(listed, list)
    assert [(one["metric"], one["value"], one["baseline"]) for one in listed] == [
        ("parameters", 72_234, 60_000),
        ("receptive_field", 3, 5),
    ]


def test_growth_from_nothing() -> None:
    """What was 0 has grown by a number, not by a percentage."""
    (told,) = findings(grown({"parameters": 0}))
    assert told.message == "'tiny' has grown against my.lock: parameters +72,234"
    (field,) = findings(grown({"receptive_field": 9}, text="input: [3, 8, 8]\nlayers: [relu]\n"))
    assert field.message == "'tiny' has grown against my.lock: receptive_field -88.9%"


def test_what_is_not_known_is_not_held_against() -> None:
    """A figure that the lock does not know says nothing; one that can no longer be told does not pass."""
    assert grown({"parameters": None, "another": 5}) == ()
    (verdict,) = grown({"parameters": 5}, text=MODEL + "  - conv: {out: 0}\n")
    assert (verdict.passed, verdict.finding and verdict.finding.code) == (False, "budget-unknown")


def test_figures_that_are_not_held_are_noted() -> None:
    """A figure that can be told and is not in the lock, by whatever name, may grow: that is a note."""
    loaded = api.read("tiny.yaml", text=MODEL)
    assert loaded.graph is not None
    known = measure(loaded.graph)
    assert unheld(loaded.graph, known, Lock("my.lock", {}), PLACE) == ()
    damaged = {**known, "flops": None, "mcas": known.pop("macs")}
    damaged.pop("macs")
    (found,) = unheld(loaded.graph, damaged, Lock("my.lock", {}), PLACE)
    assert (found.severity, found.message) == ("note", "'tiny' is not held in full: my.lock has no flops, macs of it")
    assert found.facts == {"figures": ["flops", "macs"]}
    never = api.read("tall.yaml", text=TALL).graph
    assert never is not None
    assert unheld(never, measure(never), Lock("my.lock", {}), PLACE) == ()  # of which nobody can tell the field


def test_new_networks_are_noted() -> None:
    """A network that the lock does not know is a note."""
    found = new("tiny", Lock("my.lock", {}), PLACE)
    assert (found.severity, found.message) == ("note", "'tiny' is not in the baseline my.lock")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1%", Tolerance(1, 100, "1%")), (" 0.5 % ", Tolerance(5, 1000, "0.5%")), ("0", Tolerance(0, 100, "0%"))],
)
def test_tolerance(text: str, expected: Tolerance) -> None:
    """A tolerance is an exact percentage."""
    assert parse_tolerance(text, "--tolerance") == expected


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("1", "--tolerance is how much a figure may grow, got '1'", "write a percentage, such as 1%"),
        ("5K%", "--tolerance is how much a figure may grow, got '5K%'", "write a percentage, such as 1%"),
        ("", "--tolerance is how much a figure may grow, got ''", "write a percentage, such as 1%"),
        ("-1%", "--tolerance is how much a figure may grow, got '-1%'", "write a percentage, such as 1%"),
        ("0.01", "--tolerance is how much a figure may grow, got '0.01'", "write a percentage, such as 0.01%"),
        ("1001%", "--tolerance is at most 1,000%, got '1001%'", ""),
    ],
)
def test_tolerance_mistakes(text: str, message: str, help_: str) -> None:
    """What is no percentage is refused."""
    with pytest.raises(Problem) as caught:
        parse_tolerance(text, "--tolerance")
    assert (caught.value.message, caught.value.help) == (message, help_)


@pytest.mark.parametrize(
    ("text", "variant", "line", "column"),
    [
        (MODEL, None, 1, 1),
        (MODEL, "wide", 4, 12),
        (MODEL.replace("name: tiny\n", ""), None, 4, 1),
        ("extends: vgg16\n", None, 1, 1),
        ("extends: vgg16\n", "vgg11", 1, 1),
        ("nothing", None, 1, 1),
    ],
)
def test_place(text: str, variant: str | None, line: int, column: int) -> None:
    """Growth is told where the network is declared in its own file."""
    loaded = api.read("tiny.yaml", text=text, variant=variant)
    place = place_of(loaded, variant)
    assert (place.file, place.line, place.column) == ("tiny.yaml", line, column)


# --- writing ---------------------------------------------------------------------------------


def test_update() -> None:
    """An update replaces what was checked, drops what is gone, and keeps what was not looked at or is broken."""
    old: dict[str, Known] = {
        "a.yaml": {"macs": 1},
        "a.yaml:gone": {"macs": 2},
        "broken.yaml": {"macs": 3},
        "other.yaml:x": {"macs": 4},
        "deleted.yaml": {"macs": 5},
    }
    found = updated(
        Lock("l", old),
        {"a.yaml": {"macs": 7}, "a.yaml:new": {"macs": 8}, "broken.yaml": None, "never.yaml": None},
        {"a.yaml", "broken.yaml", "never.yaml"},
        lambda file: file == "other.yaml",
    )
    assert found.models == {
        "a.yaml": {"macs": 7},
        "a.yaml:new": {"macs": 8},
        "broken.yaml": {"macs": 3},
        "other.yaml:x": {"macs": 4},
    }


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def with_models(models: dict[str, int]) -> str:
    return render(Lock("l", {key: dict.fromkeys(FIGURES, value) for key, value in models.items()}))


@pytest.mark.parametrize(
    ("ours", "theirs", "together"),
    [
        ({"b": 2, "c": 1, "d": 1}, {"b": 1, "c": 2, "d": 1}, {"b": 2, "c": 2, "d": 1}),  # neighbours change
        ({"a": 1, "b": 1, "c": 1, "d": 1}, {"b": 1, "c": 1, "d": 1, "e": 1}, {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}),
        ({"b": 1, "c": 1, "d": 1, "e": 1}, {"b": 1, "c": 1, "d": 2}, {"b": 1, "c": 1, "d": 2, "e": 1}),  # last one
        ({"b": 1, "d": 1}, {"b": 1, "c": 1, "d": 1, "e": 3}, {"b": 1, "d": 1, "e": 3}),  # one goes, another comes
        ({"b": 1, "bb": 1, "c": 1, "d": 1}, {"b": 1, "c": 1, "cc": 2, "d": 1}, {"b": 1, "bb": 1, "c": 1, "cc": 2, "d": 1}),
    ],
)  # fmt: skip
def test_branches_merge(ours: dict[str, int], theirs: dict[str, int], together: dict[str, int], tmp_path: Path) -> None:
    """Two branches that touch different networks, neighbours too, merge by themselves into what an update would write."""
    file = tmp_path / "cnninspect.lock.json"
    git(tmp_path, "init", "-q", "-b", "main")
    for branch, models in (("main", {"b": 1, "c": 1, "d": 1}), ("ours", ours), ("theirs", theirs)):
        if branch != "main":
            git(tmp_path, "checkout", "-q", "-b", branch, "main")
        file.write_text(with_models(models), "utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", branch)
    git(tmp_path, "merge", "-q", "ours", "-m", "merged")
    assert file.read_text("utf-8") == with_models(together)
    assert json.loads(file.read_text("utf-8"))["schema"] == "cnninspect.lock/1"
