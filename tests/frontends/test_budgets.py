"""Limits as people write them: what each allows, and what each mistake is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cnninspect import api
from cnninspect.frontends.budgets import metrics
from cnninspect.frontends.budgets.elsewhere import Table, parse_option
from cnninspect.frontends.budgets.limits import parse_limit
from cnninspect.frontends.budgets.section import fits
from cnninspect.frontends.yaml.tree import Source
from cnninspect.passes import cost, memory
from cnninspect.reports import schema
from cnninspect.values import Problem, Span
from tests.support.budget import EXAMPLES

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded

NOWHERE = Span("", 0, 0, 0, 0)
LIMITS = [
    ("parameters", "<= 5M", None, 5_000_000),
    ("parameters", "5M", None, 5_000_000),
    ("parameters", "5000000", None, 5_000_000),
    ("parameters", "5e6", None, 5_000_000),
    ("parameters", "1.5E+3", None, 1500),
    ("parameters", "< 5M", None, 4_999_999),
    ("parameters", "> 5M", 5_000_001, None),
    ("parameters", ">=5 M", 5_000_000, None),
    ("parameters", "== 11689512", 11_689_512, 11_689_512),
    ("parameters", "= 11_689_512", 11_689_512, 11_689_512),
    ("parameters", "== 11,689,512", 11_689_512, 11_689_512),
    ("parameters", "1M..5M", 1_000_000, 5_000_000),
    ("parameters", "0..5M", 0, 5_000_000),
    ("parameters", " 1K .. 2K ", 1000, 2000),
    ("macs", "<= 0.0012345K", None, 1),
    ("macs", ">= 0.0012345K", 2, None),
    ("macs", "< 1.5", None, 1),
    ("macs", "> 1.5", 2, None),
    ("macs", "<= 1.23456789T", None, 1_234_567_890_000),
    ("macs", "<= 9007199254740993", None, 2**53 + 1),
    ("layers", "0", None, 0),
    ("receptive_field", ">= 224", 224, None),
    ("receptive_field", "100..200", 100, 200),
    ("weight_bytes", "<= 20MB", None, 20_000_000),
    ("weight_bytes", "<= 20 kB", None, 20_000),
    ("weight_bytes", "<= 1.5MiB", None, 1_572_864),
    ("weight_bytes", "<= 0.1KiB", None, 102),
    ("weight_bytes", "1000", None, 1000),
    ("weight_bytes", "1000 bytes", None, 1000),
    ("weight_bytes", "7 B", None, 7),
    ("latency_estimate", "<= 5ms @ t4", None, 5 * 10**9),
    ("latency_estimate", "<= 0.5 us @ device=t4", None, 500_000),
    ("latency_estimate", "0..1s @ t4", 0, 10**12),
]


@pytest.mark.parametrize(("metric", "text", "low", "high"), LIMITS)
def test_limits(metric: str, text: str, low: int | None, high: int | None) -> None:
    """A limit is the smallest and the largest whole number that it allows, exactly."""
    found = parse_limit(metric, "", text, NOWHERE)
    assert (found.low, found.high, found.text) == (low, high, text.strip())


@pytest.mark.parametrize(("metric", "text", "low", "high"), LIMITS)
def test_schema_takes_limits(metric: str, text: str, low: int | None, high: int | None) -> None:
    """What the reader takes as a limit, the schema takes."""
    model = {"input": [3, 8, 8], "layers": ["relu"], "budgets": {metric: text}}
    assert [*Draft202012Validator(schema.schema()).iter_errors(model)] == []


CONDITIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("training_bytes", "<= 8GiB @ batch=32, adam", {"batch": 32, "optimizer": "adam"}),
    ("training_bytes", "<= 8GiB @ 32,adamw,bfloat16", {"batch": 32, "optimizer": "adamw", "dtype": "bfloat16"}),
    ("training_bytes", "<= 8GiB@optimizer = momentum", {"optimizer": "momentum"}),
    ("weight_bytes", "<= 20MB @ int8", {"dtype": "int8"}),
    ("macs", "<= 1G @ batch=8", {"batch": 8}),
    ("latency_estimate", "<= 5ms @ t4, float16, batch=4", {"device": "t4", "dtype": "float16", "batch": 4}),
]


@pytest.mark.parametrize(("metric", "text", "given"), CONDITIONS)
def test_conditions(metric: str, text: str, given: dict[str, Any]) -> None:
    """Behind an @ stands what a figure depends on, as a word or with its name."""
    found = parse_limit(metric, "", text, NOWHERE)
    plain = {"batch": 1, "dtype": "float32", "optimizer": "sgd", "device": None}
    assert {name: getattr(found, name) for name in plain} == {**plain, **given}


@pytest.mark.parametrize(
    ("metric", "text", "message", "help_"),
    [
        ("parameters", "50k", "'50k' has the unit 'k'", "write 50K: K is 10^3, M 10^6, G 10^9, T 10^12"),
        ("parameters", "5 million", "'5 million' has the unit 'million'", "write 5M: K is 10^3, M 10^6, G 10^9, T 10^12"),
        ("parameters", "7b", "'7b' has the unit 'b'", "write 7G: K is 10^3, M 10^6, G 10^9, T 10^12"),
        ("parameters", "5MB", "'5MB' has the unit 'MB'", "this figure is a count, not bytes: write K, M, G or T"),
        ("parameters", "5 apples", "'5 apples' has the unit 'apples'", "write a number such as 5000000, 5M or 1.5G"),
        ("parameters", "1e", "'1e' has the unit 'e'", "write a number such as 5000000, 5M or 1.5G"),
        ("weight_bytes", "20M", "'20M' has the unit 'M'", "write 20MB for powers of 1000, 20MiB for powers of 1024"),
        ("weight_bytes", "20mb", "'20mb' has the unit 'mb'", "write 20MB for powers of 1000, 20MiB for powers of 1024"),
        ("weight_bytes", "20mib", "'20mib' has the unit 'mib'", "write 20MiB"),
        ("receptive_field", ">= 224px", "'224px' has the unit 'px'", "write a number of pixels"),
        ("latency_estimate", "5 @ t4", "'5' has no unit", "write a time such as 5ms"),
        ("latency_estimate", "5MS @ t4", "'5MS' has the unit 'MS'", "write 5ms"),
        ("parameters", "", "the limit of parameters has no number", "write a limit such as '<= …' with a number such as 5000000, 5M or 1.5G"),
        ("receptive_field", ">=", "the limit of receptive_field has no number", "write a limit such as '>= …' with a number of pixels"),
        ("parameters", "<= many", "'many' is no number", "write a number such as 5000000, 5M or 1.5G"),
        ("parameters", "1..", "a number is missing", "write a number such as 5000000, 5M or 1.5G"),
        ("parameters", "-5", "'-5' is no number", "write a number such as 5000000, 5M or 1.5G"),
        ("parameters", "1,5M", "'1,5' is no number", "a decimal point is a point: 1.5M"),
        ("parameters", "1_00_000", "'1_00_000' is no number", "groups have three digits: 11_689_512"),
        ("parameters", "1.2.3", "'1.2.3' is no number", "groups have three digits: 11_689_512"),
        ("parameters", ".", "'.' is no number", "groups have three digits: 11_689_512"),
        ("parameters", "1e99", "'1e99' is too large a number", "a limit has at most 40 digits"),
        ("parameters", "9" * 50, f"'{'9' * 39}…' is too large a number", "a limit has at most 40 digits"),
        ("parameters", "1e" + "9" * 50, f"'1e{'9' * 37}…' is too large a number", "a limit has at most 40 digits"),
        ("parameters", "== 1.5", "'== 1.5' is no whole number, and the figure is one", "write a range: 1M..1.1M"),
        ("parameters", "5M..1M", "no number lies within '5M..1M'", "the smaller one stands first: 1M..5M"),
        ("parameters", "1K...5M", "a range has two dots, got '1K...5M'", "write '1K..5M'"),
        ("weight_bytes", "0 .. .5MB", "a range has two dots, got '0 .. .5MB'", "write '0..5MB'"),
        ("parameters", "1..5M", "'1..5M' gives one end a unit and the other none", "write '1M..5M', or both in full"),
        ("parameters", "\u2264 5M", "'\u2264' is no comparison of a limit", "write '<= 5M'"),
        ("parameters", "=> 5M", "'=>' is no comparison of a limit", "write '>= 5M'"),
        ("parameters", "!= 5M", "'!=' is no comparison of a limit", "there are <=, <, >=, >, == and 1M..5M"),
        ("parameters", "<= 5M" + " " * 5 + "x" * 300, f"the limit of parameters is too long to be one: '<= 5M     {'x' * 29}…'", "write a limit such as '<= …' with a number such as 5000000, 5M or 1.5G"),
        ("receptive_field", "224", "receptive_field: '224' does not say whether it is the least or the most", "write '>= 224' for at least, '<= 224' for at most"),
        ("latency_estimate", "<= 5ms", "latency_estimate depends on a device, and '<= 5ms' names none", "write it behind an @: '<= 5ms @ t4'"),
        ("latency_estimate", "<= 5ms @ rtx_4080", "there is no shipped device 'rtx_4080'", "did you mean 'rtx_4090'?"),
        ("latency_estimate", "<= 5ms @ toaster", "there is no shipped device 'toaster'", None),
        ("macs", "<= 5M @ int8", "macs does not depend on 'int8'", "macs takes batch=N"),
        ("layers", "<= 5 @ 3", "layers does not depend on '3'", "layers takes no conditions: leave the @ out"),
        ("training_bytes", "<= 5GB @ adamm", "training_bytes does not depend on 'adamm'", "did you mean 'adam'?"),
        ("training_bytes", "<= 5GB @", "nothing stands behind the @ or a comma", "training_bytes takes batch=N, a data type, an optimizer"),
        ("training_bytes", "<= 5GB @ batch=0", "batch must be a number from 1 to 2,147,483,648, got '0'", "batch=32"),
        ("training_bytes", "<= 5GB @ batch=x", "batch must be a number from 1 to 2,147,483,648, got 'x'", "batch=32"),
        ("training_bytes", "<= 5GB @ 1, 2", "'1, 2' gives two values for batch", "leave one of them out"),
        ("weight_bytes", "<= 5GB @ dtype=int9", "there is no data type 'int9'", "did you mean 'int8'?"),
        ("training_bytes", "<= 5GB @ optimizer=zzz", "there is no optimizer 'zzz'", "known are sgd, momentum, adam, adamw"),
    ],
)  # fmt: skip
def test_mistakes(metric: str, text: str, message: str, help_: str | None) -> None:
    """What is no limit is refused with what it is and what to write."""
    with pytest.raises(Problem) as caught:
        parse_limit(metric, "", text, NOWHERE)
    assert (caught.value.code, caught.value.message) == ("bad-budget", message)
    assert help_ is None or caught.value.help == help_


def test_words_are_those_of_the_passes() -> None:
    """Data types and optimizers of a limit are those that figures exist for."""
    assert tuple(cost.DTYPES) == metrics.DTYPES
    assert tuple(memory.OPTIMIZERS) == metrics.OPTIMIZERS


@pytest.mark.parametrize(
    ("pattern", "name", "good"),
    [
        ("resnet18", "resnet18", True),
        ("resnet18", "resnet1", False),
        ("*", "anything", True),
        ("resnet*", "resnet18", True),
        ("resnet*", "wide_resnet", False),
        ("*18", "resnet18", True),
        ("*1*8*", "resnet1x8", True),
        ("*8*1*", "resnet1x8", False),
        ("a*a", "a", False),
        ("a*b*b", "ab", False),
        ("a*b*b", "abb", True),
    ],
)
def test_patterns(pattern: str, name: str, good: bool) -> None:  # noqa: FBT001 - the answer
    """A star in the name of a variant stands for any text."""
    assert fits(pattern, name) is good


PIECES = st.sampled_from(
    [
        *(
            "<=",
            ">=",
            "==",
            "<",
            ">",
            "=",
            "..",
            "@",
            ",",
            " ",
            ".",
            "_",
            "-",
            "e",
            "E",
            "+",
            "\u2264",
            "\x1b",
            "\u0663",
        ),
        *("0", "1", "5", "224", "999", "000", "1e3", "K", "M", "G", "kB", "MB", "MiB", "GiB", "ms", "us", "s", "bytes"),
        *("batch=", "32", "int8", "adam", "t4", "dtype=", "optimizer=", "device=", "xyz"),
    ]
)
FORM = st.tuples(
    *(st.sampled_from(["", "<=", "< ", ">= ", "=="]), st.sampled_from(["5", "1.5", "11,689,512", "1e6", "0"])),
    *(
        st.sampled_from(["", "K", " M", "MB", "KiB", "ms", " B"]),
        st.sampled_from(["", "..9M", " .. 9e9", "..8MiB", "..9s"]),
    ),
    st.sampled_from(["", "@ t4", " @ int8", "@batch=2,adam", " @ 8 "]),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.sampled_from([*metrics.METRICS]), st.one_of(st.lists(PIECES, max_size=12), FORM).map("".join))
def test_any_text_is_a_limit_or_a_mistake(metric: str, text: str) -> None:
    """Whatever is written is a limit, which the schema takes too, or a mistake that says what to write."""
    found: object
    try:
        found = parse_limit(metric, "", text, NOWHERE)
    except Problem as caught:
        found = caught
    if isinstance(found, Problem):
        assert (found.code, found.message.isprintable(), len(found.message) < 300) == ("bad-budget", True, True)
        assert found.help
        return
    assert isinstance(found, metrics.Budget)
    assert found.low is not None or found.high is not None
    assert found.low is None or found.high is None or found.low <= found.high
    assert LIMIT_SCHEMA[metric].is_valid(text)


LIMIT_SCHEMA = {
    name: Draft202012Validator({**part["anyOf"][0]})
    for name, part in schema.schema()["$defs"]["limits"]["properties"].items()
}


# --- the section ---------------------------------------------------------------------------

HEAD = """input: [3, 32, 32]
params: {width: 8}
variants: {big: {width: 64}, huge: {width: 128}}
layers:
  - conv: {out: $width, kernel: 3}
    name: stem
"""


def read(budgets: str, variant: str | None = None) -> Loaded:
    return api.read("model.yaml", text=HEAD + budgets, variant=variant)


def titles(loaded: Loaded) -> list[str]:
    return [budget.title for budget in loaded.budgets]


SECTION = """budgets:
  parameters: <= 5M
  macs: 1K..10M
  stem: {macs: 5, layers: 1, inner: {layers: "== 1"}}
  variants:
    big: {parameters: <= 6M, stem: {macs: 7}}
    huge:
    "*": {parameters: <= 9M, layers: 3}
"""


def test_section() -> None:
    """Limits of the section are for the network of the file, those of parts among them."""
    loaded = read(SECTION)
    assert loaded.findings == ()
    assert titles(loaded) == [
        *("parameters <= 5M", "macs 1K..10M", "stem.macs 5", "stem.layers 1", "stem.inner.layers == 1"),
    ]
    assert [budget.span.line for budget in loaded.budgets] == [8, 9, 10, 10, 10]
    assert [budget.part_span and budget.part_span.column for budget in loaded.budgets] == [None, None, 3, 3, 30]


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("big", ["parameters <= 6M", "layers 3", "stem.macs 7"]),
        ("huge", ["parameters <= 9M", "layers 3"]),
    ],
)
def test_variants(variant: str, expected: list[str]) -> None:
    """A variant has the limits of its name and of patterns, the name counting first, and none of the file's own."""
    assert titles(read(SECTION, variant)) == expected


def test_a_model_without_budgets_has_none() -> None:
    """No section, or an empty one, is no limit."""
    assert read("").budgets == ()
    assert (read("budgets: {}").budgets, read("budgets: {}").findings) == ((), ())


MISTAKES = [
    ("{parameter: 5}", "unknown-metric 7:11: 'parameter' is no figure that a budget can limit [did you mean 'parameters'?]"),
    ("{latency: 5}", "unknown-metric 7:11: 'latency' is no figure that a budget can limit [did you mean 'latency_estimate'?]"),
    ("{parameters: }", 'bad-budget 7:21: parameters needs a limit, got nothing [write parameters: "<= …"]'),
    ("{receptive_field: [1]}", 'bad-budget 7:28: receptive_field needs a limit, got a list [write receptive_field: ">= …"]'),
    ("{parameters: true}", "bad-budget 7:23: parameters needs a limit, got 'true' [write parameters: \"<= …\"]"),
    ("{parameters: 5k}", "bad-budget 7:23: '5k' has the unit 'k' [write 5K: K is 10^3, M 10^6, G 10^9, T 10^12]"),
    ("{training_bytes: <= 8GiB @ batch=32, adam}", "bad-budget 7:47: a comma ended the limit before 'adam' [put the whole limit in quotes: \"<= 8GiB @ batch=32, adam\"]"),
    ("{training_bytes: 8GiB @ adam, batch=32, int8}", "bad-budget 7:40: a comma ended the limit before 'batch=32' [put the whole limit in quotes: \"<= 8GiB @ batch=32, adam\"]"),
    ("{stem: {training_bytes: 5GB}}", "bad-budget 7:18: training_bytes is a figure of the whole network, not of a part such as 'stem' [write training_bytes directly under budgets]"),
    ("{variants: [big]}", 'bad-budget 7:21: variants must be a mapping of variants to limits [write variants: {NAME: {parameters: "<= 5M"}}]'),
    ("{variants: {big: 5}}", 'bad-budget 7:27: the limits of \'big\' must be a mapping of metrics to limits [write variants: {NAME: {parameters: "<= 5M"}}]'),
    ("{variants: {bigg: }}", "unknown-variant 7:22: the model does not have the variant 'bigg' [did you mean 'big'?]"),
    ("{variants: {q: {}}}", "unknown-variant 7:22: the model does not have the variant 'q' [it has big, huge]"),
    ("{variants: {'q*': {}}}", "unknown-variant 7:22: the model does not have a variant like 'q*' [it has big, huge]"),
]  # fmt: skip


@pytest.mark.parametrize(("budgets", "expected"), MISTAKES)
@pytest.mark.parametrize("variant", [None, "big"])
def test_mistakes_in_the_section(budgets: str, expected: str, variant: str | None) -> None:
    """Every mistake of a section has a place and a remedy, whichever network of the file is read."""
    first = read(f"budgets: {budgets}\n", variant).findings[0]
    assert f"{first.code} {first.span.line}:{first.span.column}: {first.message} [{first.help}]" == expected


def test_parts_within_parts_end() -> None:
    """Parts that lie within each other without end are refused."""
    loaded = read("budgets: " + "{a: " * 40 + "{macs: 5}" + "}" * 40 + "\n")
    assert [finding.message for finding in loaded.findings] == ["parts lie within parts more than 32 deep"]


def test_no_variants_at_all() -> None:
    """A limit for a variant of a file that has none is a mistake."""
    text = "input: [3, 8, 8]\nlayers: [relu]\nbudgets: {variants: {big: {}}}\n"
    (finding,) = api.read("model.yaml", text=text).findings
    assert finding.help == "it has none"


def test_too_many_mistakes() -> None:
    """A section of nothing but mistakes ends where the report does."""
    loaded = read("budgets: {" + ", ".join(f"x{number}: 1" for number in range(300)) + "}\n")
    assert (loaded.budgets, len(loaded.findings)) == ((), 200)


def test_inherited(tmp_path: Any) -> None:
    """A file has the budgets of what it extends, or its own in place of them all; variants may be gone."""
    (tmp_path / "base.yaml").write_text(HEAD + SECTION, encoding="utf-8")
    for text, expected in [
        ("variants: {big: }\n", ["parameters <= 5M", "macs 1K..10M", "stem.macs 5", "stem.layers 1", "stem.inner.layers == 1"]),
        ("budgets: {flops: 5}\n", ["flops 5"]),
        ("budgets: {}\n", []),
    ]:  # fmt: skip
        (tmp_path / "own.yaml").write_text("extends: base.yaml\n" + text, encoding="utf-8")
        loaded = api.read(str(tmp_path / "own.yaml"))
        assert (loaded.findings, titles(loaded)) == ((), expected)


# --- elsewhere -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("macs <= 600M", "macs <= 600M"),
        ("macs<=600M", "macs <= 600M"),
        ("macs: 600M", "macs 600M"),
        ("macs 1M..5M", "macs 1M..5M"),
        ("layer4.0.macs >= 1", "layer4.0.macs >= 1"),
        ("  training_bytes <= 8GiB @ batch=32, adam ", "training_bytes <= 8GiB @ batch=32, adam"),
    ],
)
def test_option(text: str, expected: str) -> None:
    """A limit on the command line is a metric, of a part with its name before a point, and what is allowed."""
    found = parse_option(text, "--budget")
    assert found.title.replace("<=6", "<= 6") == expected
    assert found.span == Span(f"--budget '{text.strip()}'", 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        ("params <= 5M", "'params' is no figure that a budget can limit", "did you mean 'parameters'?"),
        ("<= 5M", "'<= 5M' is no figure that a budget can limit", f"metrics are {', '.join(metrics.METRICS)}"),
        ("", "'' is no figure that a budget can limit", f"metrics are {', '.join(metrics.METRICS)}"),
        ("a.training_bytes <= 5MB", "training_bytes is a figure of the whole network, not of 'a'", ""),
        ("macs", "the limit of macs has no number", "write a limit such as '<= …' with a number such as 5000000, 5M or 1.5G"),
    ],
)  # fmt: skip
def test_option_mistakes(text: str, message: str, help_: str) -> None:
    """What is no limit on the command line is refused as in a file."""
    with pytest.raises(Problem) as caught:
        parse_option(text, "--budget")
    assert (caught.value.message, caught.value.help) == (message, help_)


def place(keys: tuple[str, ...]) -> tuple[int, int, int, int]:
    return (len(keys) + 1, 1, len(keys) + 1, 9)


def test_table() -> None:
    """A table of a configuration is for many files: all of it holds everywhere, variants of a name have more."""
    values = {
        "parameters": 5_000_000,
        "macs": "<= 1G",
        "stem": {"layers": 1},
        "variants": {"big*": {"parameters": "9M"}},
    }
    table = Table(values, Source("cnninspect.toml", ""), place)
    assert table.findings == ()
    assert [budget.title for budget in table.budgets()] == ["parameters 5000000", "macs <= 1G", "stem.layers 1"]
    assert [budget.title for budget in table.budgets("small")] == [budget.title for budget in table.budgets()]
    assert [budget.title for budget in table.budgets("big2")] == ["macs <= 1G", "stem.layers 1", "parameters 9M"]
    assert table.budgets()[2].span == Span("cnninspect.toml", 3, 1, 3, 9)


def test_table_with_mistakes() -> None:
    """Mistakes of a table have the places that the configuration gives."""
    table = Table({"macs": True, "x": [1], "layers": 1.5}, Source("cnninspect.toml", ""), place)
    assert [f"{finding.span.line}: {finding.message}" for finding in table.findings] == [
        "2: macs needs a limit, got 'true'",
        "2: 'x' is no figure that a budget can limit",
    ]
    assert [budget.high for budget in table.budgets()] == [1]
