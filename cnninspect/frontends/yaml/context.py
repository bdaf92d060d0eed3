"""Where in a model an item is being elaborated: which names it sees, which scope it adds to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import Environment

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.naming import Frame, Scope
    from cnninspect.ir import BlockCall


class Context:
    """Where in the program an item is being elaborated."""

    __slots__ = ("calls", "depth", "env", "frame", "scope")

    def __init__(
        self,
        env: Environment,
        scope: Scope,
        frame: Frame,
        calls: tuple[BlockCall, ...] = (),
        depth: int = 0,
    ) -> None:
        self.env = env
        self.scope = scope
        self.frame = frame
        self.calls = calls
        self.depth = depth

    def having(self, values: dict[str, object]) -> Context:
        """The same place with more names."""
        return Context(Environment(values, self.env), self.scope, self.frame, self.calls, self.depth)

    def within(self, scope: Scope) -> Context:
        """One level deeper, children being named in ``scope``."""
        return Context(self.env, scope, self.frame, self.calls, self.depth + 1)
