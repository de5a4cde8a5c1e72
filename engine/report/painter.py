"""Charts to pictures in a process of its own, beside the analysis.

The renderer needs a second to start, keeps the interpreter to itself while it works, and ends its whole process where
it cannot get the memory for a picture: so it gets a process of its own, started when a processor is idle, whose end is
an error that can be told. The two speak in lines of JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import vl_convert

from engine.errors import OutputError
from engine.machine import peak_memory, processor_seconds

if TYPE_CHECKING:
    from types import TracebackType

SCALE = 2.0
"""Pixels of the PNG for one of the chart: sharp on a slide."""
MOST_PIXELS = 40_000_000
"""The largest PNG; a larger chart is drawn at a smaller scale."""

_WARM_UP = '{"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x", "type": "quantitative"}}}'


class Painter:
    """Renders charts while the caller does other things; a context manager, so that its process always ends.

    Raises
    ------
    OutputError
        From all its methods, where the process ended before its time or could not write a picture.
    """

    def __init__(self) -> None:
        self._asked = 0
        self.peak_memory = 0
        """Bytes that the process has held at most, until its last picture."""
        self.processor_seconds = 0.0
        """Processor time that it has taken until then."""

    def start(self) -> None:
        """Start the process, unless it runs: it is ready after two seconds of a processor."""
        assert self._process.stdin is not None

    @cached_property
    def _process(self) -> subprocess.Popen[str]:
        root = Path(__file__).parents[2]
        return subprocess.Popen(
            [sys.executable, "-c", "from engine.report.painter import serve; serve()"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    @cached_property
    def bundle(self) -> str:
        """The JavaScript that draws charts in a page: one text, no address to load from."""
        return str(self._answer()["bundle"])

    def paint(self, name: str, spec: dict[str, Any], folder: Path) -> None:
        """Ask for `name.svg` and `name.png` in a folder; returns at once.

        The specification is handed over as a file: a pipe holds a few of them at most, and would make the caller wait.
        """
        # The bundle is too large for the pipe between the two: until it is read, nothing that is sent is.
        assert self.bundle
        target = folder.resolve() / name
        try:
            _specification(target).write_text(json.dumps(spec), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{folder}: the chart {name} cannot be written ({error.strerror}).") from error
        try:
            self._send({"name": name, "target": str(target)})
        except OSError as error:
            raise self._broken() from error
        self._asked += 1

    def finish(self) -> None:
        """Wait until every picture asked for is written."""
        while self._asked:
            answer = self._answer()
            self._asked -= 1
            self.peak_memory, self.processor_seconds = answer["peak_memory"], answer["processor_seconds"]
            if "error" in answer:
                raise OutputError(f"The chart {answer['name']} could not be drawn: {answer['error']}.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "_process" in vars(self):
            self._process.kill()
            self._process.communicate()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._broken()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _broken(self) -> OutputError:
        return OutputError("The charts could not be drawn: the renderer ended.", hint="It may have lacked memory.")


def serve() -> None:
    """Be the painter's process: give the bundle, then draw what is asked for on stdin until it ends."""
    os.nice(5)  # its pictures are wanted last: the analysis goes first

    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the snippet is optional
    vl_convert.vegalite_to_svg(_WARM_UP)
    _tell({"bundle": bundle})
    for line in sys.stdin:
        asked = json.loads(line)
        target = Path(asked["target"])
        try:
            svg, png = render(json.loads(_specification(target).read_text(encoding="utf-8")))
            target.with_name(f"{target.name}.svg").write_text(svg, encoding="utf-8")
            target.with_name(f"{target.name}.png").write_bytes(png)
            _specification(target).unlink()
            answer = {"name": asked["name"]}
        except (OSError, ValueError) as error:
            answer = {"name": asked["name"], "error": str(error)}
        _tell({**answer, "peak_memory": peak_memory(), "processor_seconds": processor_seconds()})


def _specification(target: Path) -> Path:
    return target.with_name(f".{target.name}.json")


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def render(spec: dict[str, Any]) -> tuple[str, bytes]:
    """Return a chart as SVG text and as PNG bytes, given its Vega-Lite specification.

    Vega runs once, the PNG is made from the SVG.
    """
    svg = vl_convert.vegalite_to_svg(spec)
    return svg, vl_convert.svg_to_png(svg, scale=fitting_scale(svg))


def fitting_scale(svg: str) -> float:
    """Return the scale of the PNG: smaller than usual only for a picture that would grow beyond all measure."""
    head = svg[: svg.find(">") + 1]
    sides = [float(side) for side in re.findall(r'\b(?:width|height)="([0-9.]+)', head)]
    area = sides[0] * sides[1] if len(sides) > 1 else 0.0
    return min(SCALE, (MOST_PIXELS / area) ** 0.5) if area > 0 else SCALE
