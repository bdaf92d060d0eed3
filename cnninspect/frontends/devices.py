"""Devices from small YAML files: how fast they compute and how fast they move bytes."""

from __future__ import annotations

import sys
from os import listdir
from os.path import abspath, basename, dirname, isdir, join, lexists
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import Finding, Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping

    from cnninspect.frontends.yaml.tree import Mapping, Node, Report, Scalar, Source

FOLDER = join(dirname(dirname(abspath(__file__))), "devices")
KINDS = ("gpu", "cpu", "npu")
DTYPES = ("float64", "float32", "tf32", "float16", "bfloat16", "float8", "int8")
"""What a peak may be given for; TF32 is what libraries may take for float32."""
BOUNDS = {"launch": (0.0, 1.0)}
"""What a figure must lie between, where it is not from 1 to LARGEST."""
LARGEST = 1e24
UNITS = {"bandwidth": "bytes a second", "memory": "bytes", "launch": "seconds"}
WRITTEN = {"bandwidth": "2.039e12", "memory": "80e9", "launch": "5e-6"}
KEYS = {
    "name": "what to call it",
    "kind": "gpu, cpu or npu",
    "peak": "operations a second by data type, such as {float32: 19.5e12}",
    "bandwidth": "bytes a second between memory and chip",
    "memory": "bytes of memory",
    "launch": "seconds that each layer takes at least, for starting it",
    "source": "where the figures stand, a URL",
}
BEGINNING = "a device begins with name:, peak: and bandwidth:"
REQUIRED = ("name", "peak", "bandwidth", "source")


class Device(Record):
    """A machine that networks run on; figures are the vendor's, dense, without sparsity."""

    name: str
    kind: str | None
    peak: AnyMapping[str, float]
    """Operations a second by data type; a type that is left out is unknown."""
    bandwidth: float
    """Bytes a second."""
    memory: float | None
    launch: float
    """Seconds for starting a layer; 0 where nothing is said."""
    source: str
    """The URL of the figures."""
    file: str


def names() -> list[str]:
    """The devices that are shipped."""
    return sorted(entry[:-5] for entry in listdir(FOLDER) if entry.endswith(".yaml")) if isdir(FOLDER) else []


class Read(Record):
    """A device as far as its file could be read."""

    device: Device | None
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    """The file, for showing lines."""


def read(device: str, text: str | None = None) -> Read:
    """A device by name or path and what is wrong with its file; raises the Problem that there is none.

    ``text`` is read instead of a file where it is given, ``device`` then being what to call it.
    """
    from cnninspect.frontends.yaml.reader import read_tree
    from cnninspect.frontends.yaml.source import BadText
    from cnninspect.frontends.yaml.tree import Report, Source

    report = Report()
    try:
        source = _find(device, text)
    except BadText as bad:
        finding = Finding(bad.code, "error", bad.message, bad.notes, BEGINNING, bad.span)
        return Read(None, (finding,), (Source(device, ""),))
    tree = read_tree(source, report)
    found = _device(tree, source, report) if tree is not None else None
    findings = sorted(report.findings, key=lambda finding: (finding.span.line, finding.span.column))
    return Read(None if report.broken else found, tuple(findings), (source,))


def _find(device: str, text: str | None) -> Source:
    from cnninspect.frontends.yaml.source import read_source, text_source

    if text is not None:
        return text_source(text, device)
    shipped = join(FOLDER, f"{device.lower().replace('-', '_')}.yaml")
    if device and basename(device) == device and lexists(shipped):
        source = read_source(shipped, None)
        source.name = basename(shipped)
        return source
    if device != "-" and not lexists(device):
        raise _missing(device)
    return read_source(device, sys.stdin)


def _missing(device: str) -> Problem:
    from cnninspect.frontends.yaml.hints import near

    guess = near(device.lower().replace("-", "_"), names())
    return Problem(
        "file-not-found",
        f"there is no file and no shipped device called '{clip(device)}'",
        help=f"did you mean '{guess}'?" if guess else f"shipped devices are {', '.join(names())}",
    )


def _device(tree: Node, source: Source, report: Report) -> Device | None:
    from cnninspect.frontends.yaml.tree import Mapping

    if type(tree) is not Mapping:
        report.add(tree, "bad-section", "a device is a mapping with name, peak, bandwidth and source")
        return None
    meant = {
        key.text if key.text in KEYS else _unknown(key, "key of a device", list(KEYS), report) for key, _ in tree.pairs
    }
    for word in REQUIRED:
        if word not in meant:
            report.add(tree, "missing-option", f"a device needs '{word}': {KEYS[word]}", help=f"write {word}: …")
    return Device(
        name=_word(tree, "name", report),
        kind=_kind(tree, report),
        peak=_peak(tree.get("peak"), report),
        bandwidth=_number(tree.get("bandwidth"), "bandwidth", report),
        memory=_number(tree.get("memory"), "memory", report) or None,
        launch=_number(tree.get("launch"), "launch", report),
        source=_url(tree, report),
        file=source.name,
    )


def _unknown(key: Scalar, what: str, known: list[str], report: Report) -> str:
    """Report a key that does not exist; what it was meant to be, as far as can be guessed."""
    from cnninspect.frontends.yaml.hints import near

    guess = near(key.text, known)
    help_ = f"did you mean '{guess}'?" if guess else f"known are {', '.join(known)}"
    report.add(key, "unknown-option", f"'{clip(key.text)}' is no {what}", help=help_)
    return guess or ""


def _word(tree: Mapping, key: str, report: Report) -> str:
    node = tree.get(key)
    value = getattr(node, "value", None)
    if node is None or (isinstance(value, str) and value.strip()):
        return value or ""
    report.add(node, "bad-value", f"{key} must be text, got {_shown(node)}", help=f"{key} is {KEYS[key]}")
    return ""


def _kind(tree: Mapping, report: Report) -> str | None:
    node = tree.get("kind")
    if node is None:
        return None
    kind = _word(tree, "kind", report)
    if kind and kind not in KINDS:
        report.add(node, "bad-value", f"kind must be {KEYS['kind']}, got '{clip(kind)}'")
    return kind


def _url(tree: Mapping, report: Report) -> str:
    node, url = tree.get("source"), _word(tree, "source", report)
    if node is not None and url and not url.startswith(("https://", "http://")):
        message = f"source must be a URL, got '{clip(url)}'"
        report.add(node, "bad-value", message, help="name the page that the figures stand on: https://…")
    return url


def _peak(node: Node | None, report: Report) -> dict[str, float]:
    from cnninspect.frontends.yaml.tree import Mapping

    if node is None:
        return {}
    if type(node) is not Mapping or not node.pairs:
        report.add(node, "bad-value", f"peak must be a mapping, got {_shown(node)}", help=f"peak is {KEYS['peak']}")
        return {}
    peak = {}
    for key, value in node.pairs:
        if key.text in DTYPES:
            peak[key.text] = _number(value, key.text, report)
        else:
            _unknown(key, "data type", list(DTYPES), report)
    return peak


def _number(node: Node | None, what: str, report: Report) -> float:
    """A number within its bounds; 0 where there is none."""
    value = getattr(node, "value", None)
    if node is None:
        return 0.0
    low, high = BOUNDS.get(what, (1.0, LARGEST))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        unit = UNITS.get(what, "operations a second")
        message = f"{what} must be a number of {unit} from {low:g} to {high:g}, got {_shown(node)}"
        report.add(node, "bad-value", message, help=f"write it as {WRITTEN.get(what, '19.5e12')}")
        return 0.0
    return float(value)


def _shown(node: Node) -> str:
    """What stands there, for a message."""
    from cnninspect.frontends.yaml.tree import Mapping, Scalar

    if type(node) is Scalar:
        return f"'{clip(node.text, 40)}'" if node.text else "nothing"
    return "an empty mapping" if type(node) is Mapping and not node.pairs else "a list or mapping"
