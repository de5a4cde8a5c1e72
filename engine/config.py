"""Settings in a TOML file: read with every mistake named, and written from what was found in an export."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.checked import read_small
from engine.errors import EngineError, OutputError, brief, did_you_mean
from engine.settings import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.intake.source import Source
    from engine.settings import Settings

MOST_NUMBER = 10**18
"""Beyond it no setting makes sense; the numbers of TOML know no bound."""
COLUMNS, RFM = "columns", "rfm"
TYPES: dict[str, type] = {
    "delimiter": str,
    "date_format": str,
    "currency": str,
    "keep_cancelled": bool,
    "drop_services": bool,
    "drop_zero": bool,
    "drop_duplicates": bool,
    "as_of": datetime,
    "k": int,
    "names_from": Path,
    "without": tuple,
    "basket_support": float,
    "horizon": int,
    "charts": tuple,
    "theme": str,
    "seed": int,
    "shards": int,
    "memory_limit": str,
    "temp_dir": Path,
}
"""Keys of a configuration beside its tables, columns by role and RFM cuts by measure: each is a field of `Settings`."""

_FOUND = ("delimiter", "date_format")
_EXAMPLES = {
    "as_of": "2024-12-31",
    "k": "5",
    "names_from": '"output/november"',
    "basket_support": "0.01",
    "horizon": "90",
    "shards": "16",
    "memory_limit": '"2GB"',
    "temp_dir": '"/tmp"',
}
_CALLED = {
    str: "text",
    bool: "true or false",
    datetime: "a date",
    int: "a whole number",
    float: "a number",
    Path: "text",
    tuple: 'a list of texts, as ["baskets"]',
}


def read_config(path: Path) -> dict[str, Any]:
    """Read a configuration: the fields of `Settings` that it sets.

    Raises
    ------
    EngineError
        If the file cannot be read as TOML, or has an unknown key or a value of a wrong type: names them.
    """
    try:
        content = tomllib.loads(read_small(path).decode("utf-8-sig"))
    except OSError as error:
        raise EngineError(
            f"{path}: the configuration cannot be read ({error.strerror}).", hint="Check the path after --config."
        ) from error
    except (ValueError, RecursionError) as error:
        raise EngineError(
            f"{path}: is no TOML ({brief(error)}).",
            hint="Texts stand in quotation marks: see `inspect --write-config`.",
        ) from error
    _check_known(f"{path}", content, (COLUMNS, RFM, *TYPES))
    fields = {name: _value(path, name, value) for name, value in content.items() if name not in {COLUMNS, RFM}}
    if RFM in content:
        fields[RFM] = _cuts(path, content[RFM])
    if COLUMNS in content:
        fields[COLUMNS] = _columns(path, content[COLUMNS])
    return fields


def write_config(path: Path, source: Source, settings: Settings) -> None:
    """Write the configuration that reads an export as it was understood; whole or not at all.

    What was only assumed is written as a comment, so that it goes on being told until the user decides it.

    Raises
    ------
    OutputError
        If the file would replace an input or a file that is no configuration, or cannot be written.
    """
    _check_target(path, source.paths)
    try:
        _replace(path, config_text(source, settings))
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror}).", hint="Name another file with --write-config."
        ) from error


def config_text(source: Source, settings: Settings) -> str:
    """Write down how an export is read, as TOML with the reasons as comments."""
    lines = [f"# How {_comment(', '.join(path.name for path in source.paths))} is read."]
    lines += ["# Take it with --config FILE; options of the command line overrule it.", ""]
    lines += _reading(source)
    lines += [_line(name, getattr(settings, name)) for name in TYPES if name not in _FOUND]
    lines += _rfm(settings)
    lines += ["", f"[{COLUMNS}]"]
    for each in source.reading.roles.found:
        other = f"; runner-up: {each.runner_up}" if each.runner_up else ""
        written = f"{each.role} = {_text(each.column)}"
        if each.close:
            lines.append(f"# Nearly a tie: take away the sign before {each.role} to settle it.")
            written = f"# {written}"
        lines.append(f"{written}  # {_comment(each.reason + other)}")
    return "\n".join(lines) + "\n"


def _rfm(settings: Settings) -> list[str]:
    """Write the cuts of the RFM scores, where the user gave some."""
    cuts = [f"{measure} = [{', '.join(map(repr, each))}]" for measure, each in settings.rfm.items()]
    return ["", f"[{RFM}]", *cuts] if cuts else ["", f"# [{RFM}]", "# recency_days = [30, 60, 90, 180]"]


def _reading(source: Source) -> list[str]:
    """Write delimiter and date format where one of them holds for the whole input."""
    lines = []
    cuts = {part.dialect.delimiter for part in source.parts if part.sample is not None}
    if len(cuts) == 1 and len(cut := cuts.pop()) == 1:
        lines.append(f"delimiter = {_text(cut)}")
    formats = source.reading.date_formats
    if len(formats) == 1:
        assumed = any(alert.code == "ambiguous_dates" for alert in source.alerts)
        note = "  # assumed: the lines looked at do not decide it" if assumed else ""
        lines.append(f"{'# ' if assumed else ''}date_format = {_text(formats[0])}{note}")
    else:
        lines.append(f"# date_format: {_comment(' and '.join(formats))}, each line by its own")
    return lines


def _check_known(where: str, content: Iterable[str], known: Iterable[str]) -> None:
    unknown, known = [name for name in content if name not in set(known)], list(known)
    if unknown:
        near = " ".join(filter(None, (did_you_mean(name, known) for name in unknown)))
        named = ", ".join(map(repr, unknown))
        raise EngineError(
            f"{where}: unknown {'key' if len(unknown) == 1 else 'keys'} {named}.",
            hint=f"{near} Known keys: {', '.join(known)}.".strip(),
        )


def _value(path: Path, name: str, value: Any) -> Any:
    kind = TYPES[name]
    if kind is datetime and (moment := _moment(value)) is not None:
        return moment
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is tuple and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool) and abs(value) < MOST_NUMBER:
        return float(value)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise _wrong(path, name, value, kind)


def _moment(value: Any) -> datetime | None:
    """Read a date of TOML, or one that is written as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _columns(path: Path, content: Any) -> dict[str, str]:
    from engine.intake.vocabulary import ROLES  # `--help` need not wait for it

    if not isinstance(content, dict):
        raise EngineError(
            f"{path}: {COLUMNS} is {content!r}, and must be a table.",
            hint=f'Write a line [{COLUMNS}], and below it lines such as: customer = "Customer ID"',
        )
    _check_known(f"{path}, [{COLUMNS}]", content, ROLES)
    for role, column in content.items():
        if not isinstance(column, str):
            raise _wrong(path, f"{COLUMNS}.{role}", column, str)
    return dict(content)


def _cuts(path: Path, content: Any) -> dict[str, tuple[float, ...]]:
    if not isinstance(content, dict):
        raise EngineError(
            f"{path}: {RFM} is {content!r}, and must be a table.",
            hint=f"Write a line [{RFM}], and below it lines such as: recency_days = [30, 60, 90, 180]",
        )
    _check_known(f"{path}, [{RFM}]", content, MEASURES)
    for measure, cuts in content.items():
        plain = isinstance(cuts, list) and all(isinstance(cut, int | float) and abs(cut) < MOST_NUMBER for cut in cuts)
        if not plain or any(isinstance(cut, bool) for cut in cuts):
            raise EngineError(
                f"{path}: {RFM}.{measure} is {cuts!r}, and must be a list of numbers.",
                hint=f"Write four: {measure} = [30, 60, 90, 180]",
            )
    return {measure: tuple(map(float, cuts)) for measure, cuts in content.items()}


def _wrong(path: Path, name: str, value: Any, kind: type) -> EngineError:
    return EngineError(
        f"{path}: {name} is {value!r}, and must be {_CALLED[kind]}.",
        hint=f"Known keys: {', '.join((COLUMNS, RFM, *TYPES))}.",
    )


def _line(name: str, value: Any) -> str:
    """Write one key; one that is not set as a comment with an example."""
    if value is None:
        return f"# {name} = {_EXAMPLES[name]}"
    if isinstance(value, bool):
        return f"{name} = {str(value).lower()}"
    if isinstance(value, datetime):
        return f"{name} = {value.isoformat()}"
    if isinstance(value, tuple):
        return f"{name} = [{', '.join(map(_text, value))}]"
    return f"{name} = {value if isinstance(value, int | float) else _text(str(value))}"


def _text(value: str) -> str:
    r"""Write a basic string of TOML.

    >>> print(_text('a "b"\t\x7f'))
    "a \"b\"\t\u007f"
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Put a text of the data on one line, without characters that TOML or a terminal would stumble over."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _check_target(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse to replace an export, or a file that nobody would look for a configuration in."""
    if any(path.resolve() == each.resolve() for each in inputs):
        raise OutputError(f"{path}: is the export itself.", hint="Name another file with --write-config.")
    if not path.exists():
        return
    try:
        read_config(path)
    except EngineError as error:
        raise OutputError(
            f"{path}: is there already, and is no configuration that could be replaced.",
            hint="Name another file with --write-config, or remove this one.",
        ) from error


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    staged = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        staged.chmod(0o644)
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
