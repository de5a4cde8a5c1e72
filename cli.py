"""The command line: parse, call one function of the engine, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import READING, RUNNING, SCORING, SPARK, Files, Quiet, command, named_cluster
from engine.commands.printing import put_out
from engine.errors import EngineError
from engine.settings import Settings
from engine.version import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Turn raw e-commerce exports into customer segments that people understand, trust and act on.",
)


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


@command(app, READING, RUNNING)
def analyze(
    files: Files,
    settings: Settings,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results. (default: output/<file name>)"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of tables.")] = False,
    engine: Annotated[
        str,
        typer.Option(metavar="ENGINE", help="local, or spark: its workers do the heavy work.", rich_help_panel=SPARK),
    ] = "local",
    spark_master: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Master, as spark://host:7077. (default: Spark's own)", rich_help_panel=SPARK),
    ] = None,
    spark_remote: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Spark Connect server, as sc://host:15002.", rich_help_panel=SPARK),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Analyse an export: segments, what each buys, charts, a report and a customer list."""
    from engine.commands.display import display  # `--help` need not wait for them
    from engine.pipeline import analyze as run

    with display(quiet=quiet) as shown:
        result = run(
            files,
            out=out or Path("output") / files[0].stem,
            settings=settings,
            engine=engine,
            spark=named_cluster(engine, spark_master, spark_remote),
            tell=shown.tell if shown else None,
            watch=shown.watch if shown else None,
        )
    from engine.report.console import show

    summary = result.summary
    put_out(
        summary,
        lambda console: show(summary, summary["findings"], console, result.out),
        as_json=as_json,
        quiet=quiet,
    )


@command(app, READING, {name: each for name, each in RUNNING.items() if name in SCORING})
def score(
    files: Files,
    model: Annotated[
        Path, typer.Option("--model", "-m", metavar="PATH", help="A model.json, or the folder of the run that left it.")
    ],
    settings: Settings,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results. (default: output/<file name>-scored)"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of tables.")] = False,
    quiet: Quiet = False,
) -> None:
    """Label the customers of an export with a saved model, and tell how far they have moved from the model's own."""
    from engine.commands.display import display  # `--help` need not wait for them
    from engine.scoring import score as run

    with display(quiet=quiet) as shown:
        result = run(
            files,
            model=model,
            out=out or Path("output") / f"{files[0].stem}-scored",
            settings=settings,
            tell=shown.tell if shown else None,
            watch=shown.watch if shown else None,
        )
    from engine.report.drifted import show

    put_out(result.summary, lambda console: show(result.summary, console, result.out), as_json=as_json, quiet=quiet)


@command(app, READING)
def inspect(
    files: Files,
    settings: Settings,
    write_config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what was found as a TOML file that --config takes."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    quiet: Quiet = False,
) -> None:
    """Look at an export, in seconds whatever its size: what it is, which column means what, how its lines are read."""
    from engine.inspection import inspection, understood  # `--help` need not wait for Polars
    from engine.intake.source import open_source
    from engine.workspace import workspace

    def tell(message: str) -> None:
        if not quiet:
            typer.echo(message, err=True)

    with workspace(settings.temp_dir, tell) as folder:
        source = open_source(files, settings, folder)  # standard input is kept there
        found = inspection(source, understood(source))
    if write_config is not None:
        from engine.config import write_config as write

        write(write_config, source, settings)
    from engine.report.inspected import show

    put_out(found, lambda console: show(found, console), as_json=as_json, quiet=quiet)
    if write_config is not None:
        tell(f"Written: {write_config}")


@command(app)
def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder that `analyze` left: the earlier run.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder that `analyze` or `score` left later.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="DIR", help="Folder of the results. (default: output/<A>-to-<B>)"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print comparison.json instead of tables.")] = False,
    quiet: Quiet = False,
) -> None:
    """Compare two runs: which segments are the same, who moved between them, with how much revenue."""
    from engine.comparison import compare as run  # `--help` need not wait for Polars

    def tell(message: str) -> None:
        if not quiet:
            typer.echo(message, err=True)

    target = out or Path("output") / f"{run_a.resolve().name}-to-{run_b.resolve().name}"
    result = run(run_a, run_b, out=target, tell=tell)
    from engine.report.moved_console import show

    put_out(result.summary, lambda console: show(result, console, result.out), as_json=as_json, quiet=quiet)


@command(app, READING, RUNNING)
def batch(
    files: Files,
    settings: Settings,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the folders of results, one an export.")
    ] = Path("output"),
    group_by: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX", help=r"Analyse together all files in whose paths it finds the same: '(shop\d+)_'."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(metavar="N", help="Analyses at once; they share the memory limit.")] = 1,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Begin no more once one has failed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print manifest.json instead of tables.")] = False,
    quiet: Quiet = False,
) -> None:
    """Analyse many exports, one result each; again, only what is new, has changed or had failed."""
    from engine.batches.running import batch as run  # `--help` need not wait for them
    from engine.commands.batch_display import batch_display

    with batch_display(quiet=quiet) as listener:
        result = run(
            files,
            out=out,
            settings=settings,
            group_by=group_by,
            jobs=jobs,
            fail_fast=fail_fast,
            listener=listener,
        )
    from engine.report.batch_console import show

    put_out(result.manifest, lambda console: show(result, console), as_json=as_json, quiet=quiet)
    if result.failed:
        raise typer.Exit(1)


@command(app)
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
) -> None:
    """Write a synthetic export whose customers come from planted segments."""
    from engine.generate import generate as run  # `--help` need not wait for Polars

    made = run(out, rows=rows, seed=seed, customers=customers, labels=labels)
    if not quiet:
        typer.echo(f"{out}: {made.rows:,} lines of {made.customers:,} customers")


@command(app)
def bench(
    rows: Annotated[
        str | None, typer.Option(metavar="SIZES", help="Sizes in lines, as 1M,20M. (default: 1M,5M,20M)")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Also 100M lines, without the peers.")] = False,
    cases: Annotated[
        str | None, typer.Option(metavar="CASES", help="Names or patterns, as 'features*,analysis'. (default: all)")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Counted runs of each case, after a warm-up.")] = 3,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the run.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the exports. (default: in the system's temporary one)")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="RUN", help="Earlier run to compare with; exit code 1 where this one lost.")
    ] = None,
) -> None:
    """Measure this program beside DuckDB, pandas, Polars and lifetimes, on synthetic exports."""
    try:
        from benchmarks.cases import DEFAULT_ROWS, FULL_ROWS
        from benchmarks.command import bench as run
        from benchmarks.sizes import parse_rows
    except ImportError as error:
        raise EngineError(
            "The benchmarks are not part of the installed package.",
            hint="Run `make bench`, or `python cli.py bench` in a copy of the source.",
        ) from error
    sizes = [*(parse_rows(rows) if rows else DEFAULT_ROWS), *([FULL_ROWS] if full else [])]
    chosen = cases.split(",") if cases else None
    code = run(rows=sizes, cases=chosen, runs=runs, name=name, data_dir=data_dir, against=against, tell=typer.echo)
    if code:
        raise typer.Exit(code)


def main() -> None:
    """Run the command line."""
    app(prog_name="hidden-segments")


if __name__ == "__main__":
    app()
