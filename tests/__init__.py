"""The tests mirror the rooms of the package; all layer types are registered before any of them runs."""

from __future__ import annotations

from cnninspect.layers import load_all

load_all()
