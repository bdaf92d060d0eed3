"""What a configuration may say: each setting with what it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.config.places import nearest
from cnninspect.frontends.globs import meaningless
from cnninspect.records import Record
from cnninspect.values import Problem, Span, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.frontends.config.places import Keys, Place
    from cnninspect.frontends.yaml.tree import Source

LEVELS = ("error", "warning", "note")
SEVERITIES = (*LEVELS, "off")
SETTINGS = {
    "paths": "what is checked where no path is given",
    "exclude": "patterns of files that are left out",
    "select": "codes that are wanted",
    "ignore": "codes that are not",
    "severity": "a table of codes to error, warning, note or off",
    "overrides": "tables of what is different for some files",
    "per-file-ignores": "a table of patterns of files to codes",
    "budgets": "a table of metrics to limits",
    "baseline": "the lock file that figures are held against",
    "tolerance": "how much a figure may grow, such as 1%",
    "fail-level": "error, warning or note",
    "plugins": "modules that define layers",
}
TABLES = ("tool", "cnninspect", "check", "lint")
"""Tables that other programs' files have settings in."""
MEANT = {"include": "paths"}
"""Settings as others call them, where the nearest name says the contrary."""
OVERRIDES = ("files", "select", "ignore", "severity", "budgets")
"""What an override may say."""


class Table(Record):
    """A table of a configuration that others read: its values, and where they stand."""

    values: Mapping[str, object]
    source: Source
    places: Mapping[Keys, Place]
    above: Keys
    """The path of the table itself."""

    def place(self, keys: Keys) -> Place:
        """Where a key of the table stands."""
        return nearest(dict(self.places), (*self.above, *keys))

    def span(self, keys: Keys = ()) -> Span:
        """The same as a span of the file."""
        return Span(self.source.name, *self.place(keys))


class Override(Record):
    """What is different for the files that a pattern means."""

    files: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    budgets: Table | None = None
    keys: Keys = ()
    """Where it stands."""


class Settings(Record):
    """Everything that a configuration says; a path in it is one below its own folder."""

    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    overrides: tuple[Override, ...] = ()
    budgets: Table | None = None
    baseline: str | None = None
    tolerance: str | None = None
    fail_level: str | None = None
    plugins: tuple[str, ...] = ()
    table: Table | None = None
    """The whole of it, None where nothing is said."""

    def span(self, keys: Keys) -> Span:
        """Where a key of it stands."""
        return Span("", 0, 0, 0, 0) if self.table is None else self.table.span(keys)


class Wrong(Record):
    """A problem and the key that has it."""

    keys: Keys
    problem: Problem


class Reading:
    """One configuration being read; every mistake is kept, and what is mistaken is left out."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.wrong: list[Wrong] = []

    def settings(self) -> Settings:
        """What the configuration says."""
        self.known((), self.table.values, tuple(SETTINGS))
        ignores = self.mapping(("per-file-ignores",))
        return Settings(
            paths=self.words(("paths",)),
            exclude=self.patterns(("exclude",)),
            select=self.words(("select",)),
            ignore=self.words(("ignore",)),
            severity=self.severities(("severity",)),
            overrides=(
                *self.overrides(),
                *[self.ignored(glob) for glob in ignores],
            ),
            budgets=self.budgets(("budgets",)),
            baseline=self.word(("baseline",)),
            tolerance=self.tolerance(),
            fail_level=self.choice(("fail-level",), LEVELS),
            plugins=self.words(("plugins",)),
            table=self.table,
        )

    def ignored(self, glob: str) -> Override:
        """What is ignored in the files of a pattern."""
        self.meant(("per-file-ignores", glob), glob)
        return Override((glob,), ignore=self.words(("per-file-ignores", glob)), keys=("per-file-ignores", glob))

    def overrides(self) -> list[Override]:
        found = []
        given = self.get(("overrides",))
        if given is not None and not isinstance(given, list):
            self.say(("overrides",), "overrides is an array of tables", "write [[overrides]] above each of them")
            return []
        for index in range(len(given or [])):
            keys: Keys = ("overrides", index)
            one = self.mapping(keys)
            self.known(keys, one, OVERRIDES)
            files = self.patterns((*keys, "files"))
            if one.get("files", []) == []:
                self.say(keys, "an override needs files", 'for example files = ["models/mobile/**"]')
            found.append(
                Override(
                    files,
                    self.words((*keys, "select")),
                    self.words((*keys, "ignore")),
                    self.severities((*keys, "severity")),
                    self.budgets((*keys, "budgets")),
                    keys,
                )
            )
        return found

    # --- one setting -----------------------------------------------------------------

    def get(self, keys: Keys) -> object:
        """A value, None where there is none."""
        found: object = self.table.values
        for key in keys:
            if isinstance(found, dict):
                found = found.get(key)
            else:
                found = found[key] if isinstance(found, list) and isinstance(key, int) else None
        return found

    def word(self, keys: Keys) -> str | None:
        found = self.get(keys)
        if found is None or (isinstance(found, str) and found.strip()):
            return None if found is None else str(found)
        self.expected(keys, found, "text")
        return None

    def words(self, keys: Keys) -> tuple[str, ...]:
        """A list of words; a single one needs no brackets."""
        found = self.get(keys)
        if found is None:
            return ()
        if isinstance(found, str):
            found = [found]
        if not isinstance(found, list):
            self.expected(keys, found, "a list of words")
            return ()
        good = [word for word in found if isinstance(word, str) and word.strip()]
        for index, word in enumerate(found):
            if word not in good:
                self.expected((*keys, index), word, "a word")
        return tuple(good)

    def patterns(self, keys: Keys) -> tuple[str, ...]:
        """A list of patterns of files, each of which may mean one."""
        found = self.words(keys)
        for index, pattern in enumerate(found):
            self.meant((*keys, index), pattern)
        return found

    def meant(self, keys: Keys, pattern: str) -> None:
        """Complain about a pattern that no file can be meant by."""
        why = meaningless(clip(pattern, 200))
        if why is not None:
            self.say(keys, *why)

    def choice(self, keys: Keys, known: tuple[str, ...]) -> str | None:
        found = self.get(keys)
        if found is None or (isinstance(found, str) and found in known):
            return None if found is None else str(found)
        self.expected(keys, found, " or ".join([", ".join(known[:-1]), known[-1]]))
        return None

    def mapping(self, keys: Keys) -> Mapping[str, object]:
        found = self.get(keys)
        if isinstance(found, dict):
            return found
        if found is not None:
            self.expected(keys, found, "a table")
        return {}

    def severities(self, keys: Keys) -> dict[str, str]:
        found = {code: self.choice((*keys, code), SEVERITIES) for code in self.mapping(keys)}
        return {code: severity for code, severity in found.items() if severity is not None}

    def budgets(self, keys: Keys) -> Table | None:
        values = self.mapping(keys)
        return self.table._replace(values=values, above=(*self.table.above, *keys)) if values else None

    def tolerance(self) -> str | None:
        keys: Keys = ("tolerance",)
        found = self.get(keys)
        given = str(found) if type(found) in (int, float) else self.word(keys)
        if given is not None:
            from cnninspect.frontends.budgets.tolerance import parse_tolerance

            try:
                parse_tolerance(given, "'tolerance'")
            except Problem as problem:
                self.say(keys, problem.message, problem.help and f"{problem.help}, in quotes")
        return given

    # --- mistakes --------------------------------------------------------------------

    def known(self, keys: Keys, given: Mapping[str, object], known: tuple[str, ...]) -> None:
        """Complain about what is no setting."""
        for key in given:
            if key not in known:
                self.unknown((*keys, key), key, known)

    def unknown(self, keys: Keys, key: str, known: tuple[str, ...]) -> None:
        from cnninspect.frontends.yaml.hints import near

        guess = MEANT.get(key) or near(key.replace("_", "-"), known)
        help_ = f"did you mean '{guess}'?" if guess else f"settings are {', '.join(known)}"
        if len(keys) == 1 and key in TABLES:
            help_ = "settings stand at the top of a cnninspect.toml, below no table; [tool.cnninspect] is for pyproject.toml"
        where = "an override" if keys[0] == "overrides" else "a configuration"
        self.wrong.append(
            Wrong(keys, Problem("unknown-setting", f"{where} has no setting '{clip(key, 40)}'", help=help_))
        )

    def expected(self, keys: Keys, found: object, what: str) -> None:
        name = next((str(key) for key in reversed(keys) if isinstance(key, str)), "")
        self.say(keys, f"'{clip(name, 40)}' must be {what}, got {_said(found)}")

    def say(self, keys: Keys, message: str, help_: str = "") -> None:
        self.wrong.append(Wrong(keys, Problem("bad-setting", message, help=help_)))


def _said(found: object) -> str:
    if isinstance(found, str):
        return f"'{clip(found, 40)}'" if found.strip() else "an empty text"
    if isinstance(found, bool):
        return "true" if found else "false"
    return "a table" if isinstance(found, dict) else "a list" if isinstance(found, list) else clip(found, 40)
