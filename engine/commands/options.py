"""Options that several commands share, each told once: by the setting it sets."""

from __future__ import annotations

import inspect
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.ending import told
from engine.errors import EngineError
from engine.insights.wanted import INSIGHTS
from engine.resources import MOST_SHARDS
from engine.settings import K_RANGE, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES...",
        readable=False,  # what cannot be read is told as all else that is wrong with a file
        help="Exports of one layout: CSV, TSV (also .gz, .zst), Parquet, .xlsx; folders and patterns of them.",
    ),
]

_COLUMNS = "Columns of the file (found by name and content where not given)"
_READING = "Reading the file"
_RFM = "RFM scores from 1 to 5"
_INSIGHTS = "What is told beside the segments"
_CHARTS = "Files of the charts (the report has them all the same)"
_PRIVACY = "Privacy"
_RESOURCES = "Memory and disk (none changes a result)"
SPARK = "Past one machine (the results are the same)"

_MEASURES = {"rfm_recency": "recency_days", "rfm_orders": "orders", "rfm_revenue": "revenue"}
_ROLES = {
    "customer": "the customer",
    "order": "the order",
    "product": "the product",
    "product_name": "the product's name",
    "category": "the product's category",
    "date": "the time of the order",
    "quantity": "the quantity",
    "price": "the price of a unit",
    "amount": "the total of the line",
}


def _flag(names: str, help_text: str) -> Any:
    # A default of None tells an option that is not given from one that overrules a configuration.
    return Annotated[bool | None, typer.Option(names, help=help_text, rich_help_panel=_READING, show_default=False)]


def _value(kind: Any, metavar: str | None, help_text: str, panel: str | None = None, **bounds: Any) -> Any:
    option = typer.Option(metavar=metavar, help=help_text, rich_help_panel=panel, **bounds)
    return Annotated[kind | None, option]


READING: dict[str, Any] = {
    **{role: _value(str, "COLUMN", f"Column that holds {meaning}.", _COLUMNS) for role, meaning in _ROLES.items()},
    "date_format": _value(str, "FORMAT", "Format of the dates, as '%d/%m/%Y %H:%M'.", _READING),
    "delimiter": _value(str, "CHAR", "Character between the cells.", _READING),
    "keep_cancelled": _flag(
        "--keep-cancelled/--reject-cancelled",
        "Analyse cancelled and refunded orders like others. (default: reject them)",
    ),
    "drop_services": _flag("--drop-services/--keep-services", "Leave out lines of postage, fees and corrections."),
    "drop_zero": _flag("--drop-zero/--keep-zero", "Leave out lines with an amount of zero."),
    "drop_duplicates": _flag(
        "--drop-duplicates/--keep-duplicates", "Count each exact repetition of a line once. (default: count all)"
    ),
    "config": _value(Path, "FILE", "TOML file of settings; options given here overrule it.", _READING),
}
"""Options that say how an export is read."""

RUNNING: dict[str, Any] = {
    "currency": _value(str, "SIGN", "Sign or code shown with money."),
    "as_of": _value(datetime, "DATE", "Moment that recency is counted to. (default: midnight after the last order)"),
    "k": _value(int, None, "Number of segments. (default: the data decides)", min=K_RANGE[0], max=K_RANGE[1]),
    "names_from": _value(Path, "RUN", "Earlier run (or model.json): segments that come again keep their names."),
    "without": _value(
        str, "NAMES", f"Insights to leave out, with commas between them: {', '.join(INSIGHTS)}.", _INSIGHTS
    ),
    "basket_support": _value(
        float, "SHARE", "Share of orders that a pair of products needs, as 0.01. (default: 20 orders)", _INSIGHTS
    ),
    "horizon": _value(int, "DAYS", "Days that the forecast looks ahead. (default: the data decides)", _INSIGHTS, min=1),
    "rfm_recency": _value(str, "DAYS", "Four cuts between the R scores, as 30,60,90,180. (default: fifths)", _RFM),
    "rfm_orders": _value(str, "ORDERS", "Four cuts between the F scores, as 1,2,4,8. (default: fifths)", _RFM),
    "rfm_revenue": _value(str, "MONEY", "Four cuts between the M scores, as 50,100,250,1000. (default: fifths)", _RFM),
    "charts": _value(str, "FORMATS", "Of png, svg and json (Vega-Lite), or none. (default: png,svg)", _CHARTS),
    "theme": _value(str, "LOOK", "light or dark. (default: light)", _CHARTS),
    "hash_ids": Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            envvar="HIDDEN_SEGMENTS_HASH_KEY",
            show_envvar=True,
            help="Leave keyed hashes in place of the customers' ids, wherever they would stand.",
            rich_help_panel=_PRIVACY,
        ),
    ],
    "seed": _value(int, None, "Seed of all random choices. (default: 1)", min=0),
    "memory_limit": _value(
        str, "SIZE", "Memory to use at most, as 2GB or 50%. (default: half of the machine's)", _RESOURCES
    ),
    "temp_dir": _value(Path, "DIR", "Folder for temporary files. (default: the system's)", _RESOURCES),
    "shards": _value(
        int, None, "Number of shards on disk. (default: by size and memory)", _RESOURCES, min=1, max=MOST_SHARDS
    ),
}
"""Options that say how an analysis is made."""

SCORING = ("currency", "as_of", "without", "horizon", "hash_ids", "memory_limit", "temp_dir", "shards")
"""Those of them that a saved model leaves open."""


def named_cluster(engine: str, master: str | None, remote: str | None) -> str | None:
    """Return the URL of the cluster that is named, None where none is.

    Raises
    ------
    EngineError
        If two are named, one is of the other kind, or the engine is another one.
    """
    if master is not None and remote is not None:
        raise EngineError("A master and a Connect server are named.", hint="Pass --spark-master or --spark-remote.")
    for option, url, right in (
        ("--spark-master", master, master is None or not master.startswith("sc://")),
        ("--spark-remote", remote, remote is None or remote.startswith("sc://")),
    ):
        if url is not None and engine != "spark":
            raise EngineError(f"{option} is given, and the engine is {engine}.", hint="Pass --engine spark as well.")
        if not right:
            raise EngineError(
                f"{option} {url}: is no address of that kind.",
                hint="A master is spark://host:7077, yarn, k8s://… or local[*]; a Connect server sc://host:15002.",
            )
    return master or remote


def command(app: typer.Typer, *groups: dict[str, Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a command, with `--debug`, and its errors told and turned into exit codes.

    Where groups of options are given, they stand in the place of its parameter `settings`, which is made of them.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        shared = {name: kind for group in groups for name, kind in group.items()}

        @wraps(function)
        def run(*, debug: bool, **given: Any) -> None:
            with told(debug=debug):
                if shared:
                    given["settings"] = _settings({name: given.pop(name) for name in shared})
                function(**given)

        signature = _signature(function, shared)
        run.__signature__ = signature  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in signature.parameters.values()}
        app.command()(run)
        return run

    return register


def _signature(function: Callable[..., None], shared: dict[str, Any]) -> inspect.Signature:
    """Return the parameters of a command as typer reads them: its own, the shared ones and `debug`."""
    expanded: list[inspect.Parameter] = []
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if parameter.name == "settings":
            expanded += [_option(name, kind, None) for name, kind in shared.items()]
        else:
            expanded.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    return inspect.Signature([*expanded, _option("debug", Debug, default=False)])


def _option(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _settings(given: dict[str, Any]) -> Settings:
    """Join the settings of a file with the options of the command line, which overrule it."""
    from engine.config import read_config

    config = given.pop("config")
    fields: dict[str, Any] = read_config(config) if config is not None else {}
    if given.get("delimiter") is not None:
        given["delimiter"] = given["delimiter"].replace("\\t", "\t")
    cuts = {measure: _cuts(option, given.pop(option, None)) for option, measure in _MEASURES.items()}
    fields["rfm"] = fields.get("rfm", {}) | {measure: each for measure, each in cuts.items() if each is not None}
    for option in ("without", "charts"):
        if (listed := given.get(option)) is not None:
            given[option] = tuple(name.strip() for name in listed.split(",") if name.strip())
    if given.get("charts") == ("none",):
        given["charts"] = ()
    named = _taken(given, list(_ROLES))
    # A column that is named for a role plays no other one, whatever the file says.
    kept = {role: column for role, column in fields.pop("columns", {}).items() if column not in named.values()}
    return Settings(columns={**kept, **named}, **(fields | _taken(given, list(given))))


def _cuts(option: str, given: str | None) -> tuple[float, ...] | None:
    if given is None:
        return None
    try:
        return tuple(float(cut) for cut in given.split(","))
    except ValueError:
        name = option.replace("_", "-")
        raise EngineError(
            f"--{name} {given!r} is no list of numbers.", hint=f"Write four numbers with commas: --{name} 30,60,90,180"
        ) from None


def _taken(given: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Take the named options that were given out of all."""
    taken = {name: given.pop(name) for name in names}
    return {name: value for name, value in taken.items() if value is not None}
