"""A set of images by the name that the user gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.data.sets import Data


def open_data(spec: str, *, data_dir: str | None = None, download: bool = False, skip_bad: bool = False) -> Data:
    """The set that ``spec`` names; raises the Problem that there is none.

    Files are looked for below ``data_dir``; what is missing there is fetched only with ``download``. Damaged images
    are left out, and told of, only with ``skip_bad``.
    """
    del data_dir, download, skip_bad
    if spec == "digits":
        from cnninspect.data.digits import digits

        return digits()
    raise Problem("unknown-data", f"there is no data set '{clip(spec)}'", help="known are digits")
