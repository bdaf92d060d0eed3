"""What is found out at the first question and kept: ``functools.cached_property`` without its lock.

Up to Python 3.11 that one takes a lock at each first question, which costs as much as a short answer does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functools import cached_property as lazy
else:

    class lazy:  # noqa: N801 - a decorator
        """Keeps what a method returns in the object, under the method's own name, where it is found before this is."""

        def __init__(self, method):  # noqa: ANN001, ANN204 - a type checker never sees this
            self.method = method
            self.name = method.__name__
            self.__doc__ = method.__doc__

        def __get__(self, owner, _):  # noqa: ANN001, ANN204 - a type checker never sees this
            found = owner.__dict__[self.name] = self.method(owner)
            return found


__all__ = ["lazy"]
