"""The command line: arguments to the API, its answer to a report, an exit code.

Every command is a module of this package with a function of the same name; only the one that is
called is imported. Exit codes: 0 fine, 1 the model has findings, 2 cnninspect could not run.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

COMMANDS = (
    "summary",
    "expand",
    "export",
    "rf",
    "memory",
    "limits",
    "check",
    "weights",
    "diff",
    "run",
    "verify",
    "bench",
    "train",
    "lr-find",
    "runs",
    "evaluate",
    "predict",
    "zoo",
    "layers",
    "explain",
    "conv",
    "schema",
    "lint-rules",
)
"""In the order in which ``--help`` lists them."""
FILES = {"run": "running", "lint-rules": "lint_rules", "lr-find": "lr_find"}
"""Commands whose module is not called as they are: one called run would hide the function of that name here."""


def main() -> None:
    """Run the command that the arguments name, and exit."""
    gc.disable()  # a run is short and makes no garbage in circles: collecting costs a tenth of it
    closed = sys.stdout is None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller: `>&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors="backslashreplace")
    try:
        code = _failed("standard output is closed") if closed else run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # the reader has gone, as `| head` does: nothing to tell and nobody to tell it
        _close_quietly()
        code = 0
    except OSError as error:
        code = _failed(f"cannot write the output: {(error.strerror or str(error)).lower()}")
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run with these arguments and return the exit code."""
    import typer  # after the collector is off

    if arguments in (["--version"], ["-V"]):
        from cnninspect import __version__

        sys.stdout.write(f"cnninspect {__version__}\n")
        return 0
    only = next((name for name in COMMANDS if arguments[:1] == [name]), None)
    app = typer.Typer(
        name="cnninspect",
        help="The type checker and cost model for convolutional networks.",
        epilog="cnninspect --version tells the version; cnninspect COMMAND --help the options of a command.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=only is None,
        rich_markup_mode="rich" if only is None and _terminal() else None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in (only,) if only else COMMANDS:
        function = getattr(import_module(f"cnninspect.cli.{FILES.get(name, name)}"), name.replace("-", "_"))
        app.command(name)(function)
    try:
        return int(app(arguments, prog_name="cnninspect", standalone_mode=False, obj=arguments) or 0)
    except (KeyboardInterrupt, OSError):
        raise
    except SystemExit as stopped:  # only on a broken pipe, which is silent and no mistake of the model
        raise BrokenPipeError from stopped
    except Exception as error:  # noqa: BLE001 - no traceback ever reaches a user
        return _explained(error, arguments)


def _root() -> None:
    """The type checker and cost model for convolutional networks."""


def _terminal() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _explained(error: Exception, arguments: list[str]) -> int:
    from cnninspect.cli.common import Stop

    if isinstance(error, Stop):
        return error.code
    if type(error).__name__ == "Abort":
        return 130
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if show is not None and code is not None:
        show()
        for name in arguments[:1]:
            if name[:1] != "-" and name not in COMMANDS:
                _tell_of_model(name)
        return int(code)
    if code is not None:
        return int(code)
    if os.environ.get("CNNINSPECT_TRACEBACK"):
        raise error
    where = type(error).__name__
    return _failed(
        f"this is a mistake of cnninspect itself: {where}: {error}\nSet CNNINSPECT_TRACEBACK=1 to see where, and please report it."
    )


def _tell_of_model(name: str) -> None:
    """Say what to write where a model stands in place of a command."""
    from cnninspect import api

    try:
        api.read(name)
    except api.CannotRun:
        return
    from cnninspect.values import clip

    sys.stderr.write(f"  = help: it is a model: write cnninspect summary {clip(name, 60)}\n")


def _failed(message: str) -> int:
    try:
        sys.stderr.write(f"cnninspect: {message}\n")
    except OSError:
        pass
    _close_quietly()
    return 2


def _close_quietly() -> None:
    """Keep the interpreter from complaining at exit about a stream that cannot be flushed."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass
