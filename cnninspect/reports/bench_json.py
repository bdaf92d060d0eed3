"""A benchmark for programs: ``cnninspect.bench/1`` and CSV; seconds and bytes, null or nothing for what is unknown.

``benches`` has an entry for each MODEL: ``machine`` and ``settings`` it ran with; ``networks``, the model first, then
those in turn with it; ``cases``, each ``network`` (a place among networks) in a ``mode`` at a ``batch``, with
``seconds``, ``cpu_seconds`` (of all threads), ``samples_per_second``, ``memory_bytes`` beside ``predicted_bytes``, the
``warm_up`` whose first run holds the compiling, ``failure`` where it could not run (``fits`` is the largest batch that
should), ``graph_breaks`` of torch.compile (null without it), and with --samples each run; ``ratios`` of the medians of
``network`` and ``over`` with their 95 % interval; ``layers`` of one forward; ``largest`` batches that fit with all that
were tried; ``interrupted`` by Ctrl-C.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING

from cnninspect.reports.bench_words import numbered
from cnninspect.reports.delimited import joined
from cnninspect.reports.findings import records
from cnninspect.reports.json import value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.bench_records import Bench, Case, LayerTimes, Versus
    from cnninspect.backends.timing_stats import Ratio, Spread
    from cnninspect.values import Finding

SCHEMA = "cnninspect.bench/1"
SPREAD = ("median", "lower_quartile", "upper_quartile", "least", "most")
COLUMNS = (
    *("network", "kind", "mode", "batch", "runs", *[f"seconds_{name}" for name in SPREAD]),
    *("cpu_seconds_median", "samples_per_second", "memory_bytes", "predicted_bytes", "failure"),
    "graph_breaks",
)


def json(benches: Sequence[Bench], findings: Sequence[Finding] = (), *, samples: bool = False) -> str:
    """Every benchmark of a run in one document; ``samples`` adds each run's seconds."""
    sections = {
        "schema": quoted(SCHEMA),
        "benches": "[\n  " + ",\n  ".join([_bench(each, samples) for each in benches]) + "\n ]" if benches else "[]",
        "findings": value([*records(findings)]),
    }
    return "{" + ",\n ".join([f"{quoted(key)}: {text}" for key, text in sections.items()]) + "}\n"


def _bench(bench: Bench, samples: bool) -> str:  # noqa: FBT001 - as the command has it
    machine, wish = bench.machine, bench.wish
    parts = {
        "machine": value(
            {
                "torch": machine.torch,
                "device": machine.device,
                "device_name": machine.name,
                "cores": machine.cores,
                "threads": machine.threads,
                "load_average": machine.load,
                "busy": machine.busy,
                "compiler": machine.compiler,
            }
        ),
        "settings": value(
            {
                "dtype": wish.dtype,
                "compile": wish.compile,
                "channels_last": wish.channels_last,
                "least_runs": wish.runs,
                "least_seconds": float(wish.seconds),
                "optimizer": wish.optimizer,
                "seed": wish.seed,
                "gives_memory_back": wish.give_back,
            }
        ),
        "networks": value(
            [
                {
                    "name": about.name,
                    "kind": about.kind,
                    "source": about.source,
                    "variant": about.variant,
                    "inputs": [{"name": name, "shape": shape} for name, shape in about.inputs],
                }
                for about in bench.subjects
            ]
        ),
        "cases": _list([value(_case(case, samples)) for case in bench.cases]),
        "ratios": _list([value(_versus(versus)) for versus in bench.versus]),
        "layers": "null" if bench.layers is None else _layers(bench.layers),
        "largest": _list(
            [
                value(
                    {
                        "mode": largest.mode,
                        "limit_bytes": largest.limit,
                        "batch": largest.batch,
                        "predicted_batch": largest.predicted,
                        "tried": [{"batch": batch, "fits": fits} for batch, fits in largest.tried],
                    }
                )
                for largest in bench.largest
            ]
        ),
        "notes": value(list(bench.notes)),
        "interrupted": value(bench.interrupted),
    }
    return "{" + ",\n   ".join([f"{quoted(key)}: {text}" for key, text in parts.items()]) + "}"


def _case(case: Case, samples: bool) -> dict[str, object]:  # noqa: FBT001 - as above
    warm, failure = case.warm, case.failure
    found: dict[str, object] = {
        "network": case.subject,
        "mode": case.mode,
        "batch": case.batch,
        "runs": len(case.samples),
        "warm_up": None if warm is None else {"runs": warm.runs, "stable": warm.stable, "first_seconds": warm.first},
        "seconds": _spread(case.spread),
        "cpu_seconds": _spread(case.cpu),
        "samples_per_second": case.per_second,
        "memory_bytes": case.memory,
        "predicted_bytes": case.predicted,
        "failure": None if failure is None else failure._asdict(),
        "graph_breaks": case.breaks,
    }
    if samples:
        found["samples"] = [{"seconds": sample.seconds, "cpu_seconds": sample.cpu} for sample in case.samples]
    return found


def _spread(spread: Spread | None) -> dict[str, object] | None:
    return None if spread is None else dict(zip(SPREAD, spread[1:], strict=True))


def _versus(versus: Versus) -> dict[str, object]:
    return {
        "network": 0,
        "over": versus.other,
        "mode": versus.mode,
        "batch": versus.batch,
        "seconds": _ratio(versus.seconds),
        "cpu_seconds": _ratio(versus.cpu),
    }


def _ratio(ratio: Ratio | None) -> dict[str, object] | None:
    return None if ratio is None else ratio._asdict()


def _layers(found: LayerTimes) -> str:
    head = {
        "batch": found.batch,
        "runs": found.runs,
        "plain_seconds": found.plain,
        "watched_seconds": found.watched,
    }
    lines = [
        value({"name": line.name, "type": line.op, "seconds": line.seconds, "share": line.share})
        for line in found.layers
    ]
    return value(head)[:-1] + ', "layers": ' + _list(lines) + "}"


def _list(items: Sequence[str]) -> str:
    return "[\n    " + ",\n    ".join(items) + "\n   ]" if items else "[]"


def csv(benches: Sequence[Bench]) -> str:
    """A record for each case, the names of the columns first."""
    rows: list[Sequence[str]] = [COLUMNS]
    for bench in benches:
        called = numbered([about.name for about in bench.subjects])
        for case in bench.cases:
            about = bench.subjects[case.subject]
            figures = (None,) * len(SPREAD) if case.spread is None else case.spread[1:]
            cells = (
                *(called[case.subject], about.kind, case.mode, case.batch, len(case.samples), *figures),
                *(None if case.cpu is None else case.cpu.median, case.per_second, case.memory, case.predicted),
                *(None if case.failure is None else case.failure.message, case.breaks),
            )
            rows.append(["" if cell is None else str(cell) for cell in cells])
    return joined(rows, ",")
