"""The `loket` command line."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Loket 5010: run, train and look after the service.")
data_app = typer.Typer(no_args_is_help=True, help="Training examples and gold questions.")
faq_app = typer.Typer(no_args_is_help=True, help="The answers in data/faq.")
app.add_typer(data_app, name="data")
app.add_typer(faq_app, name="faq")


@data_app.command("check")
def data_check(
    theme: str = typer.Option("", help="Only this theme's files."),
    names: bool = typer.Option(True, help="Also search for personal data (slower)."),
) -> None:
    """Report unknown intents, duplicates, too few examples, personal data and overlap with the gold questions."""
    from loket.training import datacheck

    _report(datacheck.check(theme or None, names=names))


@faq_app.command("check")
def faq_check(theme: str = typer.Option("", help="Only this theme's file.")) -> None:
    """Report answers that are missing, malformed, hard to read or without a source."""
    from loket.faq import check

    _report(check.check(theme or None))


def _report(problems: list) -> None:
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{len(problems)} problems" if problems else "no problems")
    raise typer.Exit(1 if problems else 0)
