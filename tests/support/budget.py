"""How many examples the differential tests draw: CI's number, times CNNINSPECT_EXAMPLES."""

from __future__ import annotations

import os

CI = 300
"""What CI draws."""
EXAMPLES = int(CI * float(os.environ.get("CNNINSPECT_EXAMPLES", "1")))
