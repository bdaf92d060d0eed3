"""Named tuples that cost nothing to define.

``typing.NamedTuple`` compiles every annotation when the class is made: two dozen records would cost
a static run more than reading the network does. To the type checker a Record is a NamedTuple.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    try:
        from _collections import _tuplegetter  # what collections.namedtuple reads a field with, twice as fast
    except ImportError:  # pragma: no cover - a Python without it
        from operator import itemgetter

        def _tuplegetter(index, _):  # noqa: ANN001, ANN202 - a type checker never sees this
            return property(itemgetter(index))

    class _Meta(type):
        def __new__(cls, name, bases, space):  # noqa: ANN001, ANN204 - a type checker never sees this
            fields = tuple(space.get("__annotations__", ()))
            space["__slots__"] = ()
            space["_fields"] = fields
            space["_defaults"] = defaults = {field: space[field] for field in fields if field in space}
            space["_last"] = tuple(defaults.values())
            for index, field in enumerate(fields):
                space[field] = _tuplegetter(index, None)
            return super().__new__(cls, name, bases, space)

    class Record(tuple, metaclass=_Meta):  # noqa: SLOT001 - the metaclass gives it slots
        """A tuple whose places have names, with defaults for the last ones."""

        def __new__(cls, *given: object, **named: object) -> Record:  # noqa: PYI034 - a type checker never sees this
            fields = cls._fields
            missing = len(fields) - len(given)
            if 0 < missing <= len(cls._last) and not named:
                given += cls._last[-missing:]
            elif missing or named:
                values = {**cls._defaults, **dict(zip(fields, given)), **named}  # noqa: B905 - shorter is fine
                if len(given) > len(fields) or values.keys() != set(fields):
                    wrong = sorted(values.keys() ^ set(fields)) or "too many values"
                    raise TypeError(f"{cls.__name__} has the fields {fields}: {wrong}")
                given = tuple([values[field] for field in fields])
            return tuple.__new__(cls, given)

        def _replace(self, **named: object) -> Record:
            changed = tuple.__new__(type(self), map(named.pop, self._fields, self))
            if named:
                raise TypeError(f"{type(self).__name__} has the fields {self._fields}: {sorted(named)}")
            return changed

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self))  # noqa: B905

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            inside = ", ".join(f"{field}={value!r}" for field, value in self._asdict().items())
            return f"{type(self).__name__}({inside})"


made = tuple.__new__
"""``made(Node, (…))`` is a record of all its fields, three times as fast as a call: for what is made by the thousand."""

__all__ = ["Record", "made"]
