"""What the processes keep that do not write: nothing. The first one keeps the run for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from cnninspect.training.restoring import Restored


class Follower:
    """A run folder in another process's care."""

    def __enter__(self) -> Follower:  # noqa: PYI034 - Self is not there in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def resume(self) -> Restored | None:
        """Nothing: what the first process finds is sent to all."""
        return None

    def save(self, state: Mapping[str, Any], place: tuple[int, int, int], *, best: bool, kept: bool = True) -> None:
        """Keep nothing."""

    def check(self) -> None:
        """Nothing has been written, so nothing has gone wrong."""

    def log(self, record: Mapping[str, object]) -> None:
        """Keep nothing."""

    def newest(self) -> str:
        """The other process knows."""
        return ""

    def finish(self, reason: str) -> None:
        """There is nothing to wait for."""
