"""The command line: parse, call one function of the engine, print."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES...", help="Export of order lines: CSV or TSV, UTF-8; several of one layout."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results. (default: output/<file name>)"),
    ] = None,
    customer: Annotated[str | None, _column("the customer")] = None,
    order: Annotated[str | None, _column("the order")] = None,
    product: Annotated[str | None, _column("the product")] = None,
    product_name: Annotated[str | None, _column("the product's name")] = None,
    category: Annotated[str | None, _column("the product's category")] = None,
    date: Annotated[str | None, _column("the time of the order")] = None,
    quantity: Annotated[str | None, _column("the quantity")] = None,
    price: Annotated[str | None, _column("the price of a unit")] = None,
    amount: Annotated[str | None, _column("the total of the line")] = None,
    date_format: Annotated[
        str | None,
        typer.Option(metavar="FORMAT", help="Format of the dates, as '%d/%m/%Y %H:%M'.", rich_help_panel=READING),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Character between the cells.", rich_help_panel=READING)
    ] = None,
    currency: Annotated[str, typer.Option(metavar="SIGN", help="Sign or code shown with money.")] = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE", help="Moment that recency is counted to. (default: midnight after the last order)"
        ),
    ] = None,
    k: Annotated[
        int | None, typer.Option("--k", min=2, max=10, help="Number of segments. (default: the data decides)")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random choices.")] = 1,
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
        given = {
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
        settings = Settings(
            columns={role: column for role, column in given.items() if column is not None},
            delimiter=None if delimiter is None else delimiter.replace("\\t", "\t"),
            date_format=date_format,
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
