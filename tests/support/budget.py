"""How many examples the differential tests draw: CI's number, times CNNINSPECT_EXAMPLES."""

from __future__ import annotations

import os

EXAMPLES = int(300 * float(os.environ.get("CNNINSPECT_EXAMPLES", "1")))
