"""Charts to pictures in processes of their own, beside the analysis.

The renderer needs a second to start, keeps the interpreter to itself while it works, and ends its whole process where
it cannot get the memory for a picture: so it gets a process of its own, started when a processor is idle, whose end is
an error that can be told. It makes the SVG, and hands it on to processes that make the PNG of it, so that all
processors share the work. They speak in lines of JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager, suppress
from functools import cached_property
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import vl_convert

from engine.errors import OutputError
from engine.machine import peak_memory, processor_seconds
from engine.process import Attended, Process, asked, started, tell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

SVG, PNG = "svg", "png"
SCALE = 2.0
"""Pixels of the PNG for one of the chart: sharp on a slide."""
MOST_PIXELS = 40_000_000
"""The largest PNG; a larger chart is drawn at a smaller scale."""

_RASTERISERS = 2
"""Processes that make PNGs in turn: one alone ends long after the SVGs. They answer in the painter's place."""

_WANTED = "HIDDEN_SEGMENTS_PICTURES"
"""Environment of the processes: the formats that are wanted."""
_FONTS = Path(__file__).with_name("fonts.conf")
_FALLBACKS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
"""Folders with fonts for the signs that Liberation Sans has not.

NOTE: a font of the system is opened anew for every sign of every text, the renderer's own is in memory.
"""

_ESCAPE = re.compile(r"\\(?:(u(?:00(?:0[0-8bcef]|1[0-9a-f])|fff[ef])|[bf])|.)")
"""An escape sequence of JSON; the first group holds what is no character of XML 1.0."""

_WARM_UP = '{"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x", "type": "quantitative"}}}'


class Painter(Attended):
    """Renders charts while the caller does other things; a context manager, so that its process always ends.

    `formats` are those of the pictures that are wanted; without any it only gives the bundle.

    Raises
    ------
    OutputError
        From all its methods, where the process ended before its time or could not write a picture.
    """

    def __init__(self, formats: Collection[str] = (SVG, PNG)) -> None:
        self._formats = [each for each in (SVG, PNG) if each in formats]
        self._asked = 0
        self._process = Process(
            "engine.report.painter:serve",
            _broken,
            FONTCONFIG_FILE=str(_FONTS),
            **{_WANTED: ",".join(self._formats)},
        )
        self._cost: dict[int, tuple[int, float]] = {}

    def start(self) -> None:
        """Start the process, unless it runs: it is ready after two seconds of a processor."""
        self._process.start()

    @property
    def peak_memory(self) -> int:
        """Bytes that the processes have held at most, until their last pictures."""
        return sum(memory for memory, _ in self._cost.values())

    @property
    def processor_seconds(self) -> float:
        """Processor time that they have taken until then."""
        return sum(seconds for _, seconds in self._cost.values())

    @cached_property
    def bundle(self) -> str:
        """The JavaScript that draws charts in a page: one text, no address to load from."""
        return str(self._process.answer()["bundle"])

    def paint(self, name: str, spec: dict[str, Any], folder: Path) -> None:
        """Ask for `name.svg` and `name.png` in a folder, or for what is wanted of them; returns at once.

        The specification is handed over as a file: a pipe holds a few of them at most, and would make the caller wait.
        """
        if not self._formats:
            return
        # The bundle is too large for the pipe between the two: until it is read, nothing that is sent is.
        assert self.bundle
        target = folder.resolve() / name
        try:
            _specification(target).write_text(json.dumps(spec), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{folder}: the chart {name} cannot be written ({error.strerror}).") from error
        self._process.ask({"target": str(target)})
        self._asked += 1 + (PNG in self._formats)  # a PNG is made of the SVG

    def finish(self) -> None:
        """Wait until every picture asked for is written."""
        while self._asked:
            answer = self._process.answer()
            self._asked -= 1
            self._cost[answer["process"]] = answer["peak_memory"], answer["processor_seconds"]
            if "error" in answer:
                raise OutputError(f"The chart {answer['name']} could not be drawn: {answer['error']}.")


def _broken() -> OutputError:
    return OutputError("The charts could not be drawn: the renderer ended.", hint="It may have lacked memory.")


def serve() -> None:
    """Be the painter's process: give the bundle, then draw what is asked for on stdin until it ends."""
    os.nice(5)  # its pictures are wanted last: the analysis goes first
    wanted = os.environ[_WANTED].split(",")
    helpers = _RASTERISERS if PNG in wanted else 0
    rasterisers = cycle([started("engine.report.painter:rasterise", stdout=None) for _ in range(helpers)])
    _know_fonts()
    bundle = _bundle()
    if any(wanted):
        vl_convert.vegalite_to_svg(_WARM_UP)
    tell({"bundle": bundle})
    for message in asked():
        target = Path(message["target"])
        with _answering(target):
            specification = json.loads(drawable(_specification(target).read_text(encoding="utf-8")))
            svg = vl_convert.vegalite_to_svg(specification)
            target.with_name(f"{target.name}.svg").write_text(svg, encoding="utf-8")
            _specification(target).unlink()
        if helpers:
            pipe = next(rasterisers).stdin
            assert pipe is not None
            pipe.write(json.dumps(message) + "\n")
            pipe.flush()


def rasterise() -> None:
    """Be a process that makes PNGs of the SVGs that it is told of on stdin."""
    _know_fonts()
    wanted = os.environ[_WANTED].split(",")
    for message in asked():
        target = Path(message["target"])
        with _answering(target):
            picture = target.with_name(f"{target.name}.svg")
            svg = picture.read_text(encoding="utf-8")
            target.with_name(f"{target.name}.png").write_bytes(_png(svg))
            if SVG not in wanted:
                picture.unlink()


def _bundle() -> str:
    """Return what draws charts in a page; kept beside the compiled code, since it takes a second and a half to make."""
    kept = Path(__file__).parent / "__pycache__" / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the snippet is optional
    if not sys.dont_write_bytecode:
        draft = kept.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            draft.write_text(bundle, encoding="utf-8")
            draft.replace(kept)
    return bundle


def _know_fonts() -> None:
    for folder in map(os.path.expanduser, _FALLBACKS):
        if os.path.isdir(folder):  # noqa: PTH112 - a path that cannot be expanded is none
            vl_convert.register_font_directory(folder)


@contextmanager
def _answering(target: Path) -> Iterator[None]:
    """Tell, after a picture, that it is done, or why it could not be; and what the process has cost until then."""
    answer: dict[str, Any] = {"name": target.name, "process": os.getpid()}
    try:
        yield
    except (OSError, ValueError) as error:
        answer["error"] = str(error)
    tell({**answer, "peak_memory": peak_memory(), "processor_seconds": processor_seconds()})


def _specification(target: Path) -> Path:
    return target.with_name(f".{target.name}.json")


def drawable(specification: str) -> str:
    r"""Return a chart's JSON with a space for every character that no SVG can hold: the renderer would end at one.

    >>> drawable(json.dumps(["\x1b[31m", "\t", "\\\\u001b"]))
    '[" [31m", "\\t", "\\\\\\\\u001b"]'
    """
    return _ESCAPE.sub(lambda found: " " if found[1] else found[0], specification)


def render(spec: dict[str, Any]) -> tuple[str, bytes]:
    """Return a chart as SVG text and as PNG bytes, given its Vega-Lite specification: in this process, one after other.

    Vega runs once, the PNG is made from the SVG.
    """
    svg = vl_convert.vegalite_to_svg(json.loads(drawable(json.dumps(spec))))
    return svg, _png(svg)


def _png(svg: str) -> bytes:
    return vl_convert.svg_to_png(svg, scale=fitting_scale(svg))


def fitting_scale(svg: str) -> float:
    """Return the scale of the PNG: smaller than usual only for a picture that would grow beyond all measure."""
    head = svg[: svg.find(">") + 1]
    sides = [float(side) for side in re.findall(r'\b(?:width|height)="([0-9.]+)', head)]
    area = sides[0] * sides[1] if len(sides) > 1 else 0.0
    return min(SCALE, (MOST_PIXELS / area) ** 0.5) if area > 0 else SCALE
