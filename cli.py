"""The command line: parse, call one function of the engine, print."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.errors import EngineError
from engine.settings import Settings
from engine.version import __version__

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn raw e-commerce exports into customer segments that people understand, trust and act on.",
)

Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
COLUMNS = "Columns of the file (found by name and content where not given)"
READING = "Reading the file"


def _column(role: str) -> typer.models.OptionInfo:
    return typer.Option(metavar="COLUMN", help=f"Column that holds {role}.", rich_help_panel=COLUMNS)  # type: ignore[no-any-return]


Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILES...",
        help="Exports of one layout: CSV, TSV (also .gz, .zst), Parquet, .xlsx; folders and patterns of them.",
    ),
]
Customer = Annotated[str | None, _column("the customer")]
Order = Annotated[str | None, _column("the order")]
Product = Annotated[str | None, _column("the product")]
ProductName = Annotated[str | None, _column("the product's name")]
Category = Annotated[str | None, _column("the product's category")]
Date = Annotated[str | None, _column("the time of the order")]
Quantity = Annotated[str | None, _column("the quantity")]
Price = Annotated[str | None, _column("the price of a unit")]
Amount = Annotated[str | None, _column("the total of the line")]
DateFormat = Annotated[
    str | None,
    typer.Option(metavar="FORMAT", help="Format of the dates, as '%d/%m/%Y %H:%M'.", rich_help_panel=READING),
]
Delimiter = Annotated[
    str | None, typer.Option(metavar="CHAR", help="Character between the cells.", rich_help_panel=READING)
]
KeepCancelled = Annotated[
    bool | None,
    typer.Option(
        "--keep-cancelled/--reject-cancelled",
        help="Analyse cancelled and refunded orders like others. (default: reject them)",
        rich_help_panel=READING,
        show_default=False,
    ),
]
DropDuplicates = Annotated[
    bool | None,
    typer.Option(
        "--drop-duplicates/--keep-duplicates",
        help="Count each exact repetition of a line once. (default: count all)",
        rich_help_panel=READING,
        show_default=False,
    ),
]
DropServices = Annotated[
    bool | None,
    typer.Option(
        "--drop-services/--keep-services",
        help="Leave out lines of postage, fees and corrections.",
        rich_help_panel=READING,
    ),
]
DropZero = Annotated[
    bool | None,
    typer.Option("--drop-zero/--keep-zero", help="Leave out lines with an amount of zero.", rich_help_panel=READING),
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="TOML file of settings; options given here overrule it.", rich_help_panel=READING
    ),
]


def _settings(config: Path | None, columns: dict[str, str | None], **given: Any) -> Settings:
    """Join the settings of a file with the options of the command line, which overrule it."""
    from engine.config import read_config

    fields: dict[str, Any] = read_config(config) if config is not None else {}
    if given.get("delimiter") is not None:
        given["delimiter"] = given["delimiter"].replace("\\t", "\t")
    named = {role: column for role, column in columns.items() if column is not None}
    # A column that is named for a role plays no other one, whatever the file says.
    kept = {role: column for role, column in fields.pop("columns", {}).items() if column not in named.values()}
    fields |= {name: value for name, value in given.items() if value is not None}
    return Settings(columns={**kept, **named}, **fields)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"hidden-segments {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def analyze(
    files: Files,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results. (default: output/<file name>)"),
    ] = None,
    customer: Customer = None,
    order: Order = None,
    product: Product = None,
    product_name: ProductName = None,
    category: Category = None,
    date: Date = None,
    quantity: Quantity = None,
    price: Price = None,
    amount: Amount = None,
    date_format: DateFormat = None,
    delimiter: Delimiter = None,
    keep_cancelled: KeepCancelled = None,
    drop_services: DropServices = None,
    drop_zero: DropZero = None,
    drop_duplicates: DropDuplicates = None,
    config: Config = None,
    currency: Annotated[str | None, typer.Option(metavar="SIGN", help="Sign or code shown with money.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE", help="Moment that recency is counted to. (default: midnight after the last order)"
        ),
    ] = None,
    k: Annotated[
        int | None, typer.Option("--k", min=2, max=10, help="Number of segments. (default: the data decides)")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of all random choices. (default: 1)")] = None,
    shards: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Number of shards on disk; never changes a result. (default: by size)"),
    ] = None,
    temp_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for temporary files. (default: the system's)")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of tables.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Analyse an export: segments, what each buys, charts, a report and a customer list."""
    with _errors(debug=debug):
        columns = {
            "customer": customer,
            "order": order,
            "product": product,
            "product_name": product_name,
            "category": category,
            "date": date,
            "quantity": quantity,
            "price": price,
            "amount": amount,
        }
        settings = _settings(
            config,
            columns,
            delimiter=delimiter,
            date_format=date_format,
            keep_cancelled=keep_cancelled,
            drop_services=drop_services,
            drop_zero=drop_zero,
            drop_duplicates=drop_duplicates,
            currency=currency,
            as_of=as_of,
            k=k,
            seed=seed,
            shards=shards,
            temp_dir=temp_dir,
        )
        from engine.pipeline import analyze as run  # `--help` need not wait for Polars

        with _progress(quiet=quiet) as tell:
            result = run(files, out=out or Path("output") / files[0].stem, settings=settings, tell=tell)
        if as_json:
            import json

            typer.echo(json.dumps(result.summary, indent=2, ensure_ascii=False))
        elif not quiet:
            from rich.console import Console

            from engine.report.console import show

            show(result.summary, result.summary["findings"], Console(), result.out)


@app.command()
def inspect(
    files: Files,
    customer: Customer = None,
    order: Order = None,
    product: Product = None,
    product_name: ProductName = None,
    category: Category = None,
    date: Date = None,
    quantity: Quantity = None,
    price: Price = None,
    amount: Amount = None,
    date_format: DateFormat = None,
    delimiter: Delimiter = None,
    keep_cancelled: KeepCancelled = None,
    drop_services: DropServices = None,
    drop_zero: DropZero = None,
    drop_duplicates: DropDuplicates = None,
    config: Config = None,
    write_config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what was found as a TOML file that --config takes."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Look at an export, in seconds whatever its size: what it is, which column means what, how its lines are read."""
    with _errors(debug=debug):
        columns = {
            "customer": customer,
            "order": order,
            "product": product,
            "product_name": product_name,
            "category": category,
            "date": date,
            "quantity": quantity,
            "price": price,
            "amount": amount,
        }
        settings = _settings(
            config,
            columns,
            delimiter=delimiter,
            date_format=date_format,
            keep_cancelled=keep_cancelled,
            drop_services=drop_services,
            drop_zero=drop_zero,
            drop_duplicates=drop_duplicates,
        )
        from engine.inspection import inspection, understood  # `--help` need not wait for Polars
        from engine.intake.source import open_source

        with tempfile.TemporaryDirectory(prefix="hidden-segments-", dir=settings.temp_dir) as folder:
            source = open_source(files, settings, Path(folder))  # standard input is kept there
            found = inspection(source, understood(source))
        if write_config is not None:
            from engine.config import write_config as write

            write(write_config, source, settings)
        if as_json:
            import json

            typer.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        elif not quiet:
            from rich.console import Console

            from engine.report.inspected import show

            show(found, Console())
        if write_config is not None and not quiet:
            typer.echo(f"Written: {write_config}", err=True)


@app.command()
def generate(
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="File to write.")],
    rows: Annotated[int, typer.Option(min=1, help="Order lines to write.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed: the same seed writes the same bytes.")] = 1,
    customers: Annotated[
        int | None, typer.Option(min=1, help="Number of customers. (default: one per 20 lines)")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="LABELS.csv", help="Write each customer's planted segment there.")
    ] = None,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a synthetic export whose customers come from planted segments."""
    with _errors(debug=debug):
        from engine.generate import generate as run  # `--help` need not wait for Polars

        made = run(out, rows=rows, seed=seed, customers=customers, labels=labels)
        if not quiet:
            typer.echo(f"{out}: {made.rows:,} lines of {made.customers:,} customers")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None] | None]:
    """Tell the stages of a run on stderr: plain lines, and on a terminal a spinner beside the one that runs."""
    if quiet:
        yield None
        return
    from rich.console import Console  # `--help` brings its own

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda message: console.print(message, markup=False, soft_wrap=True)
        return
    with console.status("") as status:
        yield lambda message: _next_stage(console, status, message)


def _next_stage(console: Console, status: Status, message: str) -> None:
    from rich.text import Text

    console.print(Text(message, style="dim"))
    status.update(Text(message))


class _Terminated(KeyboardInterrupt):
    """The process was asked to end: what it has begun is undone, as after Ctrl-C."""


def _terminate(*_: object) -> None:
    raise _Terminated


@contextmanager
def _errors(*, debug: bool) -> Iterator[None]:
    """Turn errors into one clear message and an exit code: 1 for the data or the run, 130 for an interruption."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except EngineError as error:
        if debug:
            raise
        typer.secho(f"Error: {error}", err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo("Interrupted: an earlier result is as it was.", err=True)
        raise typer.Exit(143 if isinstance(error, _Terminated) else 130) from error
    except typer.Exit:
        raise
    except Exception as error:  # a fault of the program: still one message, and the traceback where asked for
        if debug:
            raise
        typer.echo(
            f"Error: the run failed: {error!r}\nRun it again with --debug to see where, and report it.", err=True
        )
        raise typer.Exit(1) from error


def main() -> None:
    """Run the command line."""
    app(prog_name="hidden-segments")


if __name__ == "__main__":
    app()
