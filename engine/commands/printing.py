"""What a command prints at its end: JSON for programs, tables for people, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console


def put_out(content: dict[str, Any], show: Callable[[Console], None], *, as_json: bool, quiet: bool) -> None:
    """Print the figures as JSON where asked for, else what `show` makes of them, unless nobody wants to see it."""
    if as_json:
        import json  # `--help` need not wait for them

        typer.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
    elif not quiet:
        from rich.console import Console

        show(Console())
