"""Graphviz, where it is installed: a drawing in its language becomes a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.cli.common import fail
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 300


def draw(text: str, file: str, formats: Sequence[str]) -> bytes:
    """The picture, in the format that the file's name asks for."""
    import shutil
    import subprocess

    kind = file.rpartition(".")[2].lower() if "." in file else ""
    if kind not in formats:
        raise fail(
            f"--render writes {', '.join(formats)}, and '{clip(file)}' ends with none of them", "--render FILE.svg"
        )
    program = shutil.which("dot")
    if program is None:
        help_ = "install Graphviz (its program is called dot), or keep the text with -o FILE.dot and draw it elsewhere"
        raise fail("--render needs Graphviz, which is not installed", help_)
    try:
        done = subprocess.run(  # noqa: S603 - found on the path, without a shell
            [program, f"-T{kind}"], input=text.encode(), capture_output=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise fail(f"Graphviz did not finish within {LONGEST} seconds", "fold blocks with --depth 2") from None
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise fail(f"Graphviz failed: {clip(why, 200)}")
    return done.stdout
