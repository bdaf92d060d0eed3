"""What ``cnninspect expand`` prints, and how other reports write values: as the flat file does."""

from __future__ import annotations

from cnninspect.flat import CannotExpand, beginnings, flow, render, scalar

__all__ = ["CannotExpand", "beginnings", "flow", "render", "scalar"]
