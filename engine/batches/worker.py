"""One analysis of a batch, in a process of its own: told what to do and answering in lines of JSON."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from engine.process import tell

if TYPE_CHECKING:
    from engine.progress import Progress


def work() -> None:
    """Make one analysis: the first line of standard input says which; that its end is reached, that nobody waits."""
    import json

    from engine.commands.ending import INTERRUPTED, Ending

    ending = Ending()
    try:
        from engine.errors import EngineError, brief

        job = json.loads(sys.stdin.readline())
        Thread(target=_follow, daemon=True).start()
        try:
            _analyse(job)
        except EngineError as error:
            tell({"failed": {"what": error.what, "hint": error.hint}})
        except Exception as error:  # noqa: BLE001 - a fault of the program is told like any other failure
            tell({"failed": {"what": f"the run failed: {brief(error) or repr(error)}", "hint": _HINT}})
    except KeyboardInterrupt:
        sys.exit(ending.code or INTERRUPTED)


_HINT = "Run `analyze --debug` on the export to see where, and report it."


def _analyse(job: dict[str, Any]) -> None:
    from engine.batches.manifest import figures, from_json
    from engine.pipeline import analyze

    speaking = Lock()  # the progress is told from a thread of its own

    def say(message: dict[str, Any]) -> None:
        with speaking:
            tell(message)

    def watch(progress: Progress) -> None:
        say({"progress": str(progress)})

    result = analyze(
        [Path(path) for path in job["paths"]],
        out=job["out"],
        settings=from_json(job["settings"]),
        tell=lambda message: say({"told": message}),
        watch=watch,
    )
    say({"done": figures(result.summary)})


def _follow() -> None:
    """End this process in order where the one that started it is gone."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
