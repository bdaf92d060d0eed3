"""``cnninspect conv``: forwards as torch computes it, backwards as trying everything finds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect.cli import run

if TYPE_CHECKING:
    from pathlib import Path

KERNELS, STRIDES = range(1, 12), range(1, 9)


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints."""
    assert run(["conv", *arguments]) == 0
    text, err = capsys.readouterr()
    assert err == ""
    return text


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What the command answers a program."""
    found: dict[str, Any] = json.loads(out(capsys, *arguments, "--format", "json"))
    assert found["schema"] == "cnninspect.conv/1"
    return found


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Why the command cannot run."""
    assert run(["conv", *arguments]) == 2
    text, err = capsys.readouterr()
    assert text == ""
    return err


# --- forwards ------------------------------------------------------------------------------


def test_alexnet(capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown channels give the size alone: (227 − 11)/4 + 1 = 55."""
    assert out(capsys, "--input", "227", "--kernel", "11", "--stride", "4") == (
        "conv: {kernel: 11, stride: 4} on (?, 227, 227) makes (?, 55, 55)\n"
        "\n"
        "Output size\n"
        "  height, width  (227 − 11)/4 + 1 = 55\n"
        "\n"
        "channels: give --channels and --out for weights, MACs and torch's line\n"
    )
    found = asked(capsys, "--input", "227", "--kernel", "11", "--stride", "4")
    assert (found["input"], found["output"]) == ([None, 227, 227], [None, 55, 55])
    assert (found["weights"], found["parameters"], found["macs"], found["flops"]) == (None, None, None, None)
    assert found["torch"] is None


def test_known_channels(capsys: pytest.CaptureFixture[str]) -> None:
    """With channels there are weights, MACs, FLOPs and torch's line: 7·7·3·64 + 64 = 9,472 parameters."""
    found = asked(capsys, "--input", "3x224x224", "--kernel", "7", "--stride", "2", "--padding", "3", "--out", "64")
    assert found["layer"] == {
        "type": "conv", "options": {"kernel": 7, "stride": 2, "padding": 3}, "channels": 3, "out": 64
    }  # fmt: skip
    assert found["output"] == [64, 112, 112]
    assert found["weights"] == {"weight": [64, 3, 7, 7], "bias": [64]}
    assert (found["parameters"], found["macs"], found["flops"]) == (9472, 118_013_952, 236_830_720)
    assert found["workings"]["size"][1] == {
        "of": "height, width", "symbol": "", "expression": "(224 + 2·3 − 7)/2 + 1", "unrounded": "112.5", "value": 112,
        "note": "rounded down",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        ("--input 227 --dims 1 --kernel 5 --stride 2", [None, 112]),
        ("--input 32x64 --kernel 3x5", [None, 30, 60]),
        ("--input 4x10x10x10 --kernel 3 --out 2", [2, 8, 8, 8]),
        ("--input 10x12x14 --channels 4 --kernel 3 --out 2 --groups 2 --no-bias", [2, 8, 10, 12]),
        ("--input 16 --dims 3 --kernel 3 --padding same --stride 3", [None, 6, 6, 6]),
        ("--input 3x100 --dims 1 --kernel 3 --out 8 --padding 0:1", [8, 99]),
        ("--input 9x9 --kernel 3 --padding 1:0x0:2", [None, 8, 9]),
        ("--input 9x9 --kernel 3 --padding 1x2", [None, 9, 11]),
        ("--input 112 --pool max --kernel 3 --stride 2 --rounding ceil", [None, 56, 56]),
        ("--input 112 --pool avg --kernel 2", [None, 56, 56]),
        ("--input 64x20x20 --pool lp --kernel 2", [64, 10, 10]),
        ("--input 7 --transposed --kernel 4 --stride 2 --padding 1", [None, 14, 14]),
        ("--input 7 --transposed --kernel 3 --stride 2 --padding 1 --output-padding 1", [None, 14, 14]),
        ("--input 7 --transposed --kernel 3 --stride 2 --padding same", [None, 14, 14]),
        ("--input 32 --kernel 3 --dilation 2 --padding half", [None, 32, 32]),
    ],
)
def test_sizes(arguments: str, output: list[int | None], capsys: pytest.CaptureFixture[str]) -> None:
    """One to three axes, sizes with and without channels, and every kind of window."""
    assert asked(capsys, *arguments.split())["output"] == output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            "--input 12 --kernel 3 --stride 2 --dilation 2",
            "6 positions of 12 (counted from 0: 1, 3, 5, 7, 9, 11): stride 2 and dilation 2 share the factor 2",
        ),
        (
            "--input 11 --kernel 1 --stride 4",
            "8 positions of 11 (counted from 0: 1–3, 5–7, 9–10): the stride 4 steps over more than the window has taps",
        ),
        ("--input 10 --kernel 3 --stride 2", "1 position of 10 (counted from 0: 9): no whole step is left for it"),
        (
            "--input 11 --kernel 3 --stride 3",
            "2 positions of 11 (counted from 0: 9–10): no whole step is left for them",
        ),
    ],
)
def test_what_is_never_read(arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Positions that no window reads are named and counted, with the reason."""
    assert f"\n  never read  {said}\n" in out(capsys, *arguments.split(), "--dims", "1")


# --- backwards: windows ------------------------------------------------------------------------


def floor_size(n: int, k: int, s: int, p: int, d: int = 1) -> int:
    """The rule of a convolution, 0 where the window does not fit."""
    return max((n + 2 * p - d * (k - 1) - 1) // s + 1, 0)


def reads_all(n: int, size: int, k: int, s: int, p: int, d: int = 1) -> bool:
    """Whether every position is tapped."""
    taps = {i * s - p + t * d for i in range(size) for t in range(k)}
    return taps >= set(range(n))


@pytest.mark.parametrize(("n", "size"), [(224, 112), (7, 7), (13, 3), (1, 1), (5, 9), (32, 1), (11, 12)])
def test_windows_are_those_of_brute_force(n: int, size: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The search finds every kernel, stride and padding that gives the size, no other, and tells which read it all."""
    found = asked(capsys, "--input", str(n), "--output", str(size))["windows"]
    windows = [(one["kernel"], one["stride"], one["padding"]) for one in found]
    assert len(set(windows)) == len(windows)
    expected = {
        (k, s, p) for k in KERNELS for s in STRIDES for p in range(k // 2 + 1) if floor_size(n, k, s, p) == size
    }
    assert set(windows) == expected
    for one, window in zip(found, windows, strict=True):
        assert one["reads_all"] == reads_all(n, size, *window)


def test_windows_with_dilation_and_unlike_axes(capsys: pytest.CaptureFixture[str]) -> None:
    """What is given stays, padding goes up to half the extent, and one window has to suit every axis."""
    found = asked(capsys, "--input", "20x31", "--output", "10x16", "--dilation", "2", "--stride", "2")["windows"]
    expected = {
        (k, 2, p)
        for k in KERNELS
        for p in range((2 * (k - 1) + 1) // 2 + 1)
        if (floor_size(20, k, 2, p, 2), floor_size(31, k, 2, p, 2)) == (10, 16)
    }
    assert {(one["kernel"], one["stride"], one["padding"]) for one in found} == expected
    assert expected


def test_transposed_windows(capsys: pytest.CaptureFixture[str]) -> None:
    """For a transposed one the output padding is tried too: (n − 1)·s − 2p + k + extra."""
    found = asked(capsys, "--input", "7", "--output", "14", "--transposed")["windows"]
    expected = {
        (k, s, p, e)
        for k in KERNELS
        for s in STRIDES
        for p in range(k // 2 + 1)
        for e in range(s)
        if 6 * s - 2 * p + k + e == 14
    }
    assert {(one["kernel"], one["stride"], one["padding"], one["output_padding"]) for one in found} == expected
    assert {one["reads_all"] for one in found} == {None}


def test_pools_that_round_up(capsys: pytest.CaptureFixture[str]) -> None:
    """A pool is searched by its own rounding: ⌈(n + 2p − k)/s⌉ + 1, less 1 where that window starts behind."""
    found = asked(capsys, "--input", "112", "--output", "56", "--pool", "max", "--rounding", "ceil")["windows"]
    expected = set()
    for k in KERNELS:
        for s in STRIDES:
            for p in range(k // 2 + 1):
                size = -(-(112 + 2 * p - k) // s) + 1
                size -= (size - 1) * s >= 112 + p
                if size == 56:
                    expected.add((k, s, p))
    assert {(one["kernel"], one["stride"], one["padding"]) for one in found} == expected


def test_what_people_use_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Windows that read everything and are padded by half stand first, small odd kernels before others."""
    found = asked(capsys, "--input", "224", "--output", "112")["windows"]
    assert [(one["kernel"], one["stride"], one["padding"]) for one in found[:4]] == [
        (3, 2, 1), (5, 2, 2), (7, 2, 3), (2, 2, 0)
    ]  # fmt: skip
    reads = [one["reads_all"] for one in found]
    assert reads == sorted(reads, reverse=True)
    text = out(capsys, "--input", "224", "--output", "112", "--kernel", "1")
    assert text == (
        "1 window of conv makes 112 from 224\n"
        "\n"
        "  kernel  stride  padding  reads every position\n"
        "       1       2        0                    no\n"
        "\n"
        "tried: kernels 1 to 11, strides 1 to 8, padding up to half the window, where not given; conv: {kernel: 1}\n"
    )


def test_no_window(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no window gives the size, that is the answer."""
    text = out(capsys, "--input", "224", "--output", "500")
    assert text.splitlines()[0] == "no window of conv makes 500 from 224"
    assert asked(capsys, "--input", "224", "--output", "500")["windows"] == []


def test_an_input_that_is_too_long_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    """Whether every position is read is unknown where there are too many."""
    found = asked(capsys, "--input", "20000000", "--output", "10000000", "--kernel", "2")["windows"]
    assert [(one["stride"], one["padding"], one["reads_all"]) for one in found] == [(2, 0, None)]
    assert "\n       2       2        0                     ?\n" in out(
        capsys, "--input", "20000000", "--output", "10000000", "--kernel", "2"
    )


def test_named_paddings_in_a_search(capsys: pytest.CaptureFixture[str]) -> None:
    """A rule that was given is kept: with `same` every kernel halves at stride 2."""
    found = asked(capsys, "--input", "9", "--output", "5", "--padding", "same", "--stride", "2")["windows"]
    assert sorted(one["kernel"] for one in found) == [*KERNELS]
    assert {one["padding"] for one in found} == {"same"}


def test_the_page_of_known_channels(capsys: pytest.CaptureFixture[str]) -> None:
    """With channels the page ends in torch's line; a pool has operations and no weights."""
    text = out(capsys, "--input", "4x10", "--dims", "1", "--pool", "avg", "--kernel", "2")
    assert text == (
        "avg_pool: {kernel: 2} on (4, 10) makes (4, 5)\n"
        "\n"
        "Output size\n"
        "  channels          4  as it came in\n"
        "  length            (10 − 2)/2 + 1 = 5\n"
        "\n"
        "Computation\n"
        "  MACs              0  multiplies nothing by a weight or a matrix\n"
        "  other operations  4·5 · 2 = 40  outputs · kernel cells: the sum and one division\n"
        "  FLOPs             40  2 · MACs + other operations\n"
        "\n"
        "In torch\n"
        "  torch.nn.AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,), ceil_mode=False, count_include_pad=True)\n"
    )


def test_a_window_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    """The padding is told for windows of any size."""
    found = asked(capsys, "--keep-size", "--kernel", "999999999999", "--dilation", "2", "--dims", "1")
    assert found["padding"] == [[999999999998, 999999999998]]


# --- backwards: inputs and padding ---------------------------------------------------------------


@pytest.mark.parametrize("wanted", [1, 2, 7, 56])
@pytest.mark.parametrize(("k", "s", "p"), [(3, 2, 1), (1, 3, 0), (7, 4, 3), (5, 1, 0), (2, 2, 1)])
def test_inputs_are_those_of_brute_force(
    wanted: int, k: int, s: int, p: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The range of inputs is every length that the formula turns into the wanted one."""
    window = ("--kernel", str(k), "--stride", str(s), "--padding", str(p))
    found = asked(capsys, "--output", str(wanted), *window, "--dims", "1")["inputs"]
    lengths = [n for n in range(1, 300) if floor_size(n, k, s, p) == wanted]
    ends = [min(lengths), max(lengths)] if lengths else None
    assert found == [ends]


@pytest.mark.parametrize("rule", ["same", "ceil", "transposed"])
def test_inputs_by_other_rules(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    """So it is with `same`, with rounding up, and for a transposed one, which no input may give."""
    if rule == "same":
        window = ("--kernel", "3", "--stride", "3", "--padding", "same", "--dims", "1")
        found = [asked(capsys, "--output", wanted, *window)["inputs"] for wanted in ("1", "5")]
        assert found == [[[1, 3]], [[13, 15]]]
    elif rule == "ceil":  # ⌈(n − 3)/2⌉ + 1 = 5 for n = 10 and 11
        window = ("--pool", "max", "--kernel", "3", "--stride", "2", "--rounding", "ceil")
        assert asked(capsys, "--output", "5", *window)["inputs"] == [[10, 11], [10, 11]]
    else:  # (n − 1)·2 + 2 is even
        text = out(capsys, "--output", "57", "--transposed", "--kernel", "2", "--stride", "2")
        assert text == (
            "no input becomes 57 with conv_transpose: {kernel: 2, stride: 2}\n"
            "\n"
            "Inputs\n"
            "  wanted        57  lies between two lengths that follow each other\n"
            "  just less 28  (28 − 1)·2 + 2 = 56\n"
            "  just more 29  (29 − 1)·2 + 2 = 58\n"
        )


def test_inputs_of_each_axis(capsys: pytest.CaptureFixture[str]) -> None:
    """Each axis has its own range, worked out at both ends."""
    text = out(capsys, "--output", "56x28", "--kernel", "3", "--stride", "2", "--padding", "1")
    assert text == (
        "inputs of 111 to 112 by 55 to 56 become 56x28 with conv: {kernel: 3, stride: 2, padding: 1}\n"
        "\n"
        "Inputs\n"
        "  shortest 111  (111 + 2·1 − 3)/2 + 1 = 56\n"
        "  longest 112   (112 + 2·1 − 3)/2 + 1 = 56.5 → 56  rounded down\n"
        "  shortest 55   (55 + 2·1 − 3)/2 + 1 = 28\n"
        "  longest 56    (56 + 2·1 − 3)/2 + 1 = 28.5 → 28  rounded down\n"
    )


@pytest.mark.parametrize("kernel", range(1, 9))
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_the_padding_keeps_the_size(kernel: int, dilation: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The padding that keeps the size does so on any input, and no other sum of both sides does."""
    window = ("--kernel", str(kernel), "--dilation", str(dilation))
    found = asked(capsys, "--keep-size", *window)
    ((before, after), other) = found["padding"]
    assert other == [before, after]
    assert 0 <= after - before <= 1
    assert found["even"] == (before == after)
    sums = [total for total in range(60) if 50 + total - dilation * (kernel - 1) == 50]
    assert sums == [before + after]
    made = asked(capsys, "--input", "50", *window, "--padding", f"{before}:{after}")
    assert made["output"] == [None, 50, 50]


def test_keep_size_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """An even window needs one cell more on one side, and that is said; each axis may have its own kernel."""
    assert out(capsys, "--keep-size", "--kernel", "4") == (
        "padding that keeps the size with conv: {kernel: 4}, at stride 1\n"
        "\n"
        "Padding\n"
        "  in all   4 − 1 = 3  what the window takes off\n"
        "  before   ⌊3/2⌋ = 1\n"
        "  after    3 − 1 = 2\n"
        "  written  padding: [[1, 2], [1, 2]]\n"
        "\n"
        "an even window has no centre: one side gets one cell more; padding: same does so too\n"
    )
    assert asked(capsys, "--keep-size", "--kernel", "3x5")["padding"] == [[1, 1], [2, 2]]
    assert "\n  written  padding: [1, 2]\n" in out(capsys, "--keep-size", "--kernel", "3x5")
    dilated = out(capsys, "--keep-size", "--kernel", "3", "--dilation", "2", "--pool", "max")
    assert dilated.endswith(
        "max_pool refuses it: padding 2x2 is too much for a 3x3 kernel: it must be at most half the kernel; "
        "padding: same keeps the size\n"
    )
    assert asked(capsys, "--keep-size", "--kernel", "3", "--transposed")["padding"] == [[1, 1], [1, 1]]


# --- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "--input is missing"),
        ("--input 5", "--kernel is missing"),
        ("--input 5 --kernel 11", "--kernel: a 11x11 window does not fit on a 5x5 map"),
        ("--input 5 --kernel 0", "--kernel must be at least 1, got 0"),
        ("--input 5 --kernel three", "--kernel needs whole numbers such as 3 or 3x5, got 'three'"),
        ("--input 5 --kernel 99999999999999999999", "--kernel takes numbers of at most 12 digits, got 99999999"),
        ("--input 5 --kernel 3 --groups 0", "--groups must be at least 1, got 0\n"),
        ("--input 1x2x3x4x5 --kernel 1", "--input 1x2x3x4x5 has 5 sizes, and the layer 3 spatial axes"),
        ("--input 5x5 --channels 3 --dims 3 --kernel 1", "--input 5x5 has 2 sizes, and the layer 3 spatial axes"),
        ("--input 5 --dims 4 --kernel 1", "--dims: a window has 1 to 3 axes, got 4"),
        ("--input 5 --kernel 3x3x3", "--kernel has 3 sizes, and the layer 2 spatial axes"),
        ("--input 5 --kernel 3 --padding smae", "--padding has no 'smae'"),
        ("--input 5 --kernel 3 --padding 1:2:3", "--padding 1:2:3 does not suit 2 spatial axes"),
        ("--input 5 --kernel 3 --rounding ceil", "--rounding has no meaning for conv"),
        ("--input 5 --kernel 3 --pool max --no-bias", "--no-bias has no meaning for max_pool"),
        ("--input 5 --kernel 3 --pool max --out 4", "--out has no meaning for max_pool"),
        ("--input 5 --kernel 3 --pool mean", "--pool has no 'mean'"),
        ("--input 5 --kernel 3 --pool max --transposed", "--pool and --transposed exclude each other"),
        ("--input 5 --kernel 3 --out 0", "--out must be at least 1, got 0"),
        ("--input 3x9x9 --kernel 3 --out 4 --groups 2", "--groups: 3 input channels do not split into 2 equal groups"),
        ("--input 5 --kernel 3 --pool max --rounding up", "--rounding: "),
        ("--output 5", "--output alone leaves everything open"),
        ("--output 5x5x5x5 --kernel 1", "--output: a window has 1 to 3 axes, got 4"),
        ("--output 5 --input 9 --kernel 3x5", "--kernel has a number for each axis, and the search tries windows"),
        ("--keep-size", "--keep-size needs --kernel"),
        ("--keep-size --kernel 3 --stride 2", "--keep-size is about stride 1, got --stride 2"),
        ("--keep-size --kernel 3 --padding 1", "--keep-size finds the padding: --padding has no place beside it"),
        ("--keep-size --kernel 3 --output 5", "--keep-size finds the padding: --output has no place beside it"),
    ],
)
def test_refusals(arguments: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be answered is refused with the option and the numbers."""
    assert refused(capsys, *arguments.split()).startswith(f"cnninspect: {message}")


@pytest.mark.parametrize(
    ("arguments", "help"),
    [
        ("--rounding ceil", "conv takes --out, --kernel, --stride, --padding, --dilation, --groups, --no-bias"),
        ("--pool avg --dilation 2", "avg_pool takes --kernel, --stride, --padding, --rounding"),
        ("--pool lp --dilation 2", "lp_pool takes --kernel, --stride, --padding, --rounding"),
    ],
)
def test_what_a_layer_takes_is_told_as_options(arguments: str, help: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The options that are offered instead are those of the command, not others that the layer has in a file."""
    assert refused(capsys, "--input", "5", "--kernel", "3", *arguments.split()).endswith(f"  = help: {help}\n")


def test_several_refusals(capsys: pytest.CaptureFixture[str]) -> None:
    """Every reason is told, each with its help."""
    err = refused(capsys, "--input", "3x9x9", "--kernel", "3", "--out", "5", "--groups", "2")
    assert err.count("cnninspect: --groups: ") == 2
    assert err.count("  = help: ") == 2


# --- where it goes ---------------------------------------------------------------------------


def test_files_and_colour(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file gets the same text without colour; colour is for titles and notes."""
    question = ("--input", "9", "--kernel", "2", "--stride", "2")
    assert out(capsys, *question, "-o", str(tmp_path / "conv.txt")) == ""
    plain = out(capsys, *question)
    assert (tmp_path / "conv.txt").read_text("utf-8") == plain
    colored = out(capsys, *question, "--color", "always")
    assert colored.startswith("\x1b[1mconv: {kernel: 2, stride: 2} on (?, 9, 9) makes (?, 4, 4)\x1b[0m\n")
    assert colored.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") == plain
