"""Why another tool prints another number: operation by operation from our total to its total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import UNKNOWN, whole
from cnninspect.reports.plain import aligned
from cnninspect.reports.table import BOLD, DIM, wrapped
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.passes.peers import Part, Peer

SCHEMA, SCHEMAS = "cnninspect.why-different/1", "cnninspect.why-differents/1"
RIGHT = (False, True, True, True, True)
INDENT = "    "


def total_line(peer: Peer) -> tuple[str, str, str]:
    """Label, figure and remark below a summary's table: ``fvcore FLOPs  15,470,289,408  ours 15,470,264,320 MACs``."""
    remark = f"{whole(peer.ours)} {peer.starts} here; --why-different {peer.tool} tells the difference"
    return f"{peer.tool} {peer.prints}", whole(peer.total), remark


def render(peer: Peer, name: str, *, width: int | None = None, color: bool = False) -> str:
    """The comparison as text: the reason beside each operation, or below it where ``width`` is too narrow."""
    rows = _rows(peer)
    lines = aligned(rows, RIGHT)
    reasons = ["why", *[part.reason for part in peer.parts], ""]
    widest = max(map(len, lines))
    room = None if width is None else width - widest - 2
    beside = room is None or room >= max(map(len, reasons))
    out = [_bold(_title(peer, name), color=color), ""]
    for index, (line, reason) in enumerate(zip(lines, reasons, strict=True)):
        text = _bold(line, color=color) if index in (0, len(lines) - 1) else line
        if beside:
            out.append(f"{text}{' ' * (widest - len(line))}  {_dim(reason, color=color)}".rstrip())
            continue
        out.append(text)
        if reason and index:
            below = wrapped([reason], (width or 0) - len(INDENT))
            out += [INDENT + _dim(piece, color=color) for piece in below]
    closing = _closing(peer)
    return "\n".join([*out, "", *([closing] if width is None else wrapped([closing], width))]) + "\n"


def _rows(peer: Peer) -> list[list[str]]:
    ours = f"{peer.starts} here"
    body = [
        [part.operation, whole(part.calls), whole(part.ours), whole(part.theirs), difference(part.ours, part.theirs)]
        for part in peer.parts
    ]
    total = ["total", "", whole(peer.ours), whole(peer.total), difference(peer.ours, peer.total)]
    return [["operation", "calls", ours, peer.tool, "difference"], *body, total]


def difference(ours: int | None, theirs: int | None) -> str:
    """What must be added to our number: ``+25,088``, ``0``, ``?``."""
    if ours is None or theirs is None:
        return UNKNOWN
    return f"{theirs - ours:+,}" if theirs != ours else "0"


def _title(peer: Peer, name: str) -> str:
    version = f" {peer.version}" if peer.version else ""
    return f"{clip(name)} as {_counter(peer)}{version} count{'' if peer.tool == 'paper' else 's'} it"


def _counter(peer: Peer) -> str:
    return {"paper": "papers", "torch": "torch's FlopCounterMode"}.get(peer.tool, peer.tool)


def _closing(peer: Peer) -> str:
    if peer.ours is None or peer.total is None:
        return f"The total is unknown, because of the operations with {UNKNOWN}."
    verb = "write" if peer.tool == "paper" else "prints"
    gap = peer.total - peer.ours
    change = f" {'+' if gap > 0 else '-'} {abs(gap):,}" if gap else ""
    equals = f" = {whole(peer.total)}" if gap else ""
    return f"{whole(peer.ours)} {peer.starts}{change}{equals}, which {_counter(peer)} {verb} as {peer.prints}."


def _bold(text: str, *, color: bool) -> str:
    return f"\x1b[{BOLD}m{text}\x1b[0m" if color else text


def _dim(text: str, *, color: bool) -> str:
    return f"\x1b[{DIM}m{text}\x1b[0m" if color and text else text


def as_json(peer: Peer, name: str, batch: int) -> dict[str, object]:
    """The comparison for machines; null for unknown."""
    return {
        "schema": SCHEMA,
        "model": name,
        "batch": batch,
        "tool": peer.tool,
        "version": peer.version or None,
        "prints": peer.prints,
        "starts": peer.starts,
        "ours": peer.ours,
        "total": peer.total,
        "operations": _operations(peer.parts),
    }


def _operations(parts: Sequence[Part]) -> list[dict[str, object]]:
    return [
        {
            **part._asdict(),
            "difference": None if part.ours is None or part.theirs is None else part.theirs - part.ours,
        }
        for part in parts
    ]
