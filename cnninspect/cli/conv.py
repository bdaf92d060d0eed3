"""``cnninspect conv``: one convolution or pool worked out, forwards and backwards, without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import Problem, Problems, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.calculator import Asked
    from cnninspect.reports.conv import Report
    from cnninspect.values import Shape

FORMATS = ("text", "json")
WORDS = ("valid", "half", "same", "same_lower")
POOLS = ("max", "avg", "lp")
LONGEST = 12
"""Digits of a number: what is longer is no size."""
LAST_RANK = 3
UNOFFERED = ("padding_mode", "trainable", "count_include_pad", "norm")
"""Options of layers that change no size, no weights and no MACs."""


def conv(
    input: Annotated[
        str | None, typer.Option(metavar="SIZES", help="227 (every axis), 32x64, or 3x227x227 with its channels.")
    ] = None,
    kernel: Annotated[str | None, typer.Option(metavar="K", help="Size of the window: 3 or 3x5.")] = None,
    stride: Annotated[str | None, typer.Option(metavar="S", help="Step between windows; pools: the kernel.")] = None,
    padding: Annotated[
        str | None, typer.Option(metavar="P", help="1, 1x2, before:after, or valid, half, same, same_lower.")
    ] = None,
    dilation: Annotated[str | None, typer.Option(metavar="D", help="Distance between two taps.")] = None,
    channels: Annotated[
        int | None, typer.Option("--channels", "--in", metavar="N", help="Channels that come in.")
    ] = None,
    out: Annotated[int | None, typer.Option(metavar="N", help="Channels that are produced.")] = None,
    groups: Annotated[int | None, typer.Option(metavar="N", help="Channel groups that never mix.")] = None,
    no_bias: Annotated[bool, typer.Option("--no-bias", help="Learn no offsets.")] = False,
    transposed: Annotated[bool, typer.Option("--transposed", help="A transposed convolution.")] = False,
    output_padding: Annotated[
        str | None, typer.Option(metavar="N", help="Cells added at the end of a transposed one.")
    ] = None,
    pool: Annotated[str | None, typer.Option(metavar="KIND", help="A pool instead: max, avg or lp.")] = None,
    rounding: Annotated[str | None, typer.Option(metavar="RULE", help="For pools: floor, ceil or caffe.")] = None,
    dims: Annotated[int | None, typer.Option(metavar="N", help="Spatial axes: 1, 2 (default) or 3.")] = None,
    keep_size: Annotated[bool, typer.Option("--keep-size", help="Which padding keeps the size at stride 1?")] = False,
    output: Annotated[
        str | None,
        typer.Option(metavar="SIZES", help="Which windows make this of --input? Without it: which inputs become it?"),
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text or json.")] = "text",
    color: common.Color = "auto",
    file: Annotated[str | None, typer.Option("-o", metavar="FILE", help="Write to a file.")] = None,
) -> int:
    """Work out one convolution or pool, forwards or backwards.

    Work out one convolution, transposed convolution or pool without a file: its output size, weights and MACs; or
    backwards, which windows, inputs or padding give a size.

    JSON, cnninspect.conv/1: question (forward, windows, inputs or keep-size), layer (type, options, channels, out),
    input and output; forward: weights, parameters, macs, flops, torch; windows (kernel, stride, padding,
    output_padding, reads_all); inputs: the shortest and longest of each axis; keep-size: padding, even; notes, and
    workings: by section the lines (of, symbol, expression, unrounded, value, note). null is unknown.
    """
    common.choose("--color", color, common.COLORS)
    common.choose("--format", format, FORMATS)
    op = _op(pool, transposed=transposed)
    rank, sizes, channels = _input(input, dims, channels)
    wanted = None if output is None else _whole("--output", output, 1)
    if wanted is not None and dims is None and sizes is None and len(wanted) > 1:
        rank = _rank("--output", len(wanted))
    given = {
        "kernel": _option("--kernel", kernel, rank, 1),
        "stride": _option("--stride", stride, rank, 1),
        "padding": None if padding is None else _padding(padding, rank),
        "dilation": _option("--dilation", dilation, rank, 1),
        "groups": _count("--groups", groups),
        "bias": False if no_bias else None,
        "output_padding": _option("--output-padding", output_padding, rank, 0),
        "rounding": rounding,
    }
    options = {key: value for key, value in given.items() if value is not None}
    from cnninspect.calculator import Asked

    asked = Asked(op, options, sizes, rank, _count("--channels", channels), _count("--out", out))
    _suits(asked)
    question, report = _answer(asked, None if wanted is None else _spread("--output", wanted, rank), keep=keep_size)
    emit(_shown(report, asked, question, format, color, file), file)
    return 0


# --- questions -----------------------------------------------------------------------------


def _answer(asked: Asked, wanted: Shape | None, *, keep: bool) -> tuple[str, Report]:
    from cnninspect.reports import conv as report

    try:
        if keep:
            _keeps(asked, wanted)
            return "keep-size", report.keep(asked)
        if wanted is None:
            if asked.sizes is None or "kernel" not in asked.options:
                lacking = "--input" if asked.sizes is None else "--kernel"
                raise common.fail(
                    f"{lacking} is missing", "for example cnninspect conv --input 227 --kernel 11 --stride 4"
                )
            return "forward", report.forward(asked)
        if asked.sizes is not None:
            _searches(asked)
            return "windows", report.windows(asked, wanted)
        if "kernel" not in asked.options:
            raise common.fail(
                "--output alone leaves everything open",
                "add --input to find windows, or --kernel (and --stride, --padding) to find inputs",
            )
        return "inputs", report.inputs(asked, wanted)
    except Problem as problem:
        raise _refused([problem]) from None
    except Problems as several:
        raise _refused(several.problems) from None


def _keeps(asked: Asked, wanted: Shape | None) -> None:
    if "kernel" not in asked.options:
        raise common.fail("--keep-size needs --kernel", "for example cnninspect conv --keep-size --kernel 5")
    for option, there in (("--padding", "padding" in asked.options), ("--output", wanted is not None)):
        if there:
            raise common.fail(f"--keep-size finds the padding: {option} has no place beside it", f"leave {option} out")
    stride = asked.options.get("stride", 1)
    if any(step != 1 for step in (stride if isinstance(stride, (list, tuple)) else (stride,))):
        raise common.fail(
            f"--keep-size is about stride 1, got --stride {_by(stride)}",
            "at a stride s, --padding same gives the input's length divided by s, rounded up",
        )


def _searches(asked: Asked) -> None:
    for key, value in asked.options.items():
        if isinstance(value, (list, tuple)):
            raise common.fail(
                f"--{key.replace('_', '-')} has a number for each axis, and the search tries windows that are alike on all",
                "give one number, or each axis in a run of its own with --dims 1",
            )


def _suits(asked: Asked) -> None:
    """Refuse what the layer has no option for."""
    from cnninspect.calculator import takes

    known = takes(asked.op)
    for key in asked.options:
        if key not in known:
            name = _named(key)
            offered = [_named(option) for option in known if option not in UNOFFERED]
            raise common.fail(f"{name} has no meaning for {asked.op}", f"{asked.op} takes {', '.join(offered)}")
    if asked.out is not None and "out" not in known:
        raise common.fail(f"--out has no meaning for {asked.op}: as many channels come out as go in", "leave --out out")


def _named(option: str) -> str:
    return "--no-bias" if option == "bias" else f"--{option.replace('_', '-')}"


def _refused(problems: Sequence[Problem]) -> common.Stop:
    for problem in problems[:-1]:
        common.fail(_message(problem), problem.help)
    return common.fail(_message(problems[-1]), problems[-1].help)


def _message(problem: Problem) -> str:
    named = f"--{problem.option.replace('_', '-')}: " if problem.option else ""
    return f"{named}{problem.message}"


# --- arguments -----------------------------------------------------------------------------


def _op(pool: str | None, *, transposed: bool) -> str:
    if pool is not None:
        common.choose("--pool", pool, POOLS)
        if transposed:
            raise common.fail("--pool and --transposed exclude each other", "leave one out")
        return f"{pool}_pool"
    return "conv_transpose" if transposed else "conv"


def _input(text: str | None, dims: int | None, channels: int | None) -> tuple[int, Shape | None, int | None]:
    """The number of spatial axes, their lengths, and the channels where the sizes begin with them."""
    if dims is not None:
        _rank("--dims", dims)
    if text is None:
        return dims or 2, None, channels
    sizes = _whole("--input", text, 1)
    rank = dims or (2 if len(sizes) == 1 else len(sizes) if channels is not None else max(len(sizes) - 1, 2))
    if len(sizes) == rank + 1 and channels is None and rank <= LAST_RANK and len(sizes) > 1:
        return rank, sizes[1:], sizes[0]
    if len(sizes) not in (1, rank) or rank > LAST_RANK:
        raise common.fail(
            f"--input {clip(text, 40)} has {len(sizes)} sizes, and the layer {min(rank, LAST_RANK)} spatial axes"
            + (f" beside --channels {channels}" if channels is not None else ""),
            "write one size for every axis, one for each, or the channels before them; --dims tells how many axes",
        )
    return rank, _spread("--input", sizes, rank), channels


def _rank(option: str, rank: int) -> int:
    if not 1 <= rank <= LAST_RANK:
        raise common.fail(f"{option}: a window has 1 to {LAST_RANK} axes, got {rank}")
    return rank


def _spread(option: str, sizes: Shape, rank: int) -> Shape:
    if len(sizes) not in (1, rank):
        raise common.fail(f"{option} has {len(sizes)} sizes, and the layer {rank} spatial axes", "one, or one for each")
    return sizes * rank if len(sizes) == 1 else sizes


def _whole(option: str, text: str, least: int) -> Shape:
    parts = [part.strip() for part in text.lower().replace("×", "x").replace(",", "x").split("x")]
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise common.fail(f"{option} needs whole numbers such as 3 or 3x5, got '{clip(text, 40)}'")
    if max(map(len, parts)) > LONGEST:
        raise common.fail(f"{option} takes numbers of at most {LONGEST} digits, got {clip(text, 40)}")
    numbers = tuple(int(part) for part in parts)
    if min(numbers) < least:
        raise common.fail(f"{option} must be at least {least}, got {clip(text, 40)}")
    return numbers


def _option(option: str, text: str | None, rank: int, least: int) -> int | list[int] | None:
    if text is None:
        return None
    sizes = _whole(option, text, least)
    return sizes[0] if len(sizes) == 1 else [*_spread(option, sizes, rank)]


def _padding(text: str, rank: int) -> object:
    word = text.strip().lower()
    if word in WORDS:
        return word
    if not any(character.isdigit() for character in word):
        common.choose("--padding", word, WORDS)
    pairs = [
        _whole("--padding", part.replace(":", "x"), 0) for part in word.replace("×", "x").replace(",", "x").split("x")
    ]
    pairs = pairs * rank if len(pairs) == 1 else pairs
    if len(pairs) != rank or any(len(pair) > 2 for pair in pairs):  # noqa: PLR2004 - before and after
        raise common.fail(
            f"--padding {clip(text, 40)} does not suit {rank} spatial axes",
            "1 for every side, 1x2 for each axis, 0:1 for before and after, or 0:1x1:1",
        )
    if all(pair[0] == pair[-1] for pair in pairs):
        return pairs[0][0] if len({pair[0] for pair in pairs}) == 1 else [pair[0] for pair in pairs]
    return [[pair[0], pair[-1]] for pair in pairs]


def _count(option: str, value: int | None) -> int | None:
    if value is not None and not 1 <= value < 10**LONGEST:
        raise common.fail(f"{option} must be {'at least 1' if value < 1 else f'below 10^{LONGEST}'}, got {value}")
    return value


def _by(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _shown(report: Report, asked: Asked, question: str, format: str, color: str, file: str | None) -> str:
    from cnninspect.reports import conv as forms

    if format == "json":
        return forms.json(report, asked, question)
    from cnninspect.cli.explaining import drawn

    return drawn(lambda style: forms.text(report, style), color, file)
