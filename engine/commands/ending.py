"""How a command ends: errors become one clear message and an exit code, signals an orderly end."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from importlib import import_module
from threading import Thread, main_thread
from typing import TYPE_CHECKING

import typer

from engine.errors import EngineError
from engine.guard import interrupt_once

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130


@contextmanager
def told(*, debug: bool) -> Iterator[None]:
    """Turn errors into one clear message and an exit code: 1 for the data or the run, 130 for an interruption.

    With `debug` an error is raised as it is.
    """
    ending = Ending()
    try:
        yield
    except EngineError as error:
        if debug:
            raise
        typer.secho(f"Error: {error}", err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is undone
        typer.echo("Interrupted: an earlier result is as it was.", err=True)
        raise typer.Exit(ending.code) from error
    except typer.Exit:
        raise
    except Exception as error:  # a fault of the program: still one message, and the traceback where asked for
        if debug:
            raise
        typer.echo(
            f"Error: the run failed: {error!r}\nRun it again with --debug to see where, and report it.", err=True
        )
        raise typer.Exit(1) from error


class Ending:
    """Makes Ctrl-C, SIGTERM and the closing of the terminal (SIGHUP) interrupt the run, once.

    Polars, imported here, takes SIGINT over while a query runs, and hands it on otherwise. It does not know the other
    signals, and Python cannot answer them before the query ends: so a thread waits for them and sends SIGINT.
    """

    def __init__(self) -> None:
        self.code = INTERRUPTED
        signal.signal(signal.SIGINT, interrupt_once)
        ends = {each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) != signal.SIG_IGN}
        # NOTE: a thread inherits what is blocked, so that none but the one that waits gets them.
        signal.pthread_sigmask(signal.SIG_BLOCK, ends)
        Thread(target=self._wait, args=(ends,), daemon=True).start()
        import_module("polars")
        # NOTE: Polars has the system take up again what a signal broke off: standard input would be waited for forever.
        signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - takes no keywords

    def _wait(self, ends: set[signal.Signals]) -> None:
        received = signal.sigwait(ends)
        self.code = 128 + received
        thread = main_thread().ident
        assert thread is not None
        signal.pthread_kill(thread, signal.SIGINT)
