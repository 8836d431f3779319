"""The `loket` command line."""

from __future__ import annotations

import json
import sys
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from loket import settings
from loket.clock import local_day, utc_now
from loket.staff_roles import Role
from loket.yamlfile import ContentError, Problem

if TYPE_CHECKING:
    from loket.faq.model import Answer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Loket 5010: run, train and look after the service.",
)
data_app = typer.Typer(no_args_is_help=True, help="Training examples and gold questions.")
faq_app = typer.Typer(no_args_is_help=True, help="The answers in data/faq.")
account_app = typer.Typer(no_args_is_help=True, help="Staff accounts.")
routing_app = typer.Typer(no_args_is_help=True, help="Where questions go: data/routing.yml.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(data_app, name="data")
app.add_typer(faq_app, name="faq")
app.add_typer(account_app, name="account")
app.add_typer(routing_app, name="routing")
app.add_typer(db_app, name="db")

Theme = Annotated[str, typer.Option(help="Only the files of this theme.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def check_settings() -> None:
    """Refuse to start on a setting that cannot be used. What a command writes is for this user only."""
    import os

    os.umask(0o077)
    try:
        settings.load()
    except settings.SettingsError as error:
        _fail(f"a setting cannot be used:\n{error}")


@app.command()
def serve() -> None:
    """Run everything: website, assistant and action server, restarting whatever dies. Ctrl-C stops it."""
    from loket.migrations import migrate
    from loket.run import processes, serve

    try:
        serve.serve()
    except (serve.PortInUse, processes.BotMissing, migrate.MigrationBlocked, migrate.BrokenReferences) as error:
        _fail(str(error))


@app.command()
def web() -> None:
    """Run only the website (for systemd)."""
    from loket.web.__main__ import main

    main()


@app.command()
def worker() -> None:
    """Run only the background work: mail, deadlines, clean-up (for systemd; on as many machines as you like)."""
    from loket.worker.__main__ import main

    main()


@app.command()
def rasa() -> None:
    """Run only Rasa (for systemd)."""
    import os

    from loket.paths import ROOT
    from loket.run import processes

    command = processes.rasa()
    os.chdir(ROOT)
    os.execve(command.arguments[0], command.arguments, command.environment())  # noqa: S606


@app.command()
def train() -> None:
    """Train the assistant on data/ into the configured model."""
    import subprocess

    from loket.run import processes, serve

    try:
        serve.train(settings.load().model)
    except processes.BotMissing as error:
        _fail(str(error))
    except subprocess.CalledProcessError as error:
        raise typer.Exit(error.returncode) from error


@app.command()
def ship() -> None:
    """Put the trained model into data/, so that a clone of this repository has it without training."""
    from loket.training import shipped

    try:
        shipped.pack(settings.load().model)
    except ContentError as error:
        _fail(str(error))
    typer.echo(str(shipped.MODEL))


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A question; `-` reads one per line from standard input.")],
    as_json: Json = False,
) -> None:
    """Show what the trained assistant makes of a question, and what it would do."""
    from loket import catalogue
    from loket.run import processes

    texts = [line.strip() for line in sys.stdin if line.strip()] if text == "-" else [text]
    try:
        rows = list(processes.parse(texts, settings.load().model))
    except (processes.BotMissing, processes.ModelMissing, RuntimeError) as error:
        _fail(str(error))
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row, ensure_ascii=False))
            continue
        decision = row.get("decision") or {}
        typer.echo(f"{row['text']}\n  decision: {decision.get('kind', '?')} {', '.join(decision.get('intents', []))}")
        for entry in row["ranking"][:5]:
            typer.echo(f"  {entry['confidence']:6.1%}  {entry['name']}  ({catalogue.load().label(entry['name'])})")


@app.command()
def evaluate(
    questions: Annotated[
        Path | None, typer.Option(help="JSON lines with text, intent, ook. Default: the gold set.")
    ] = None,
    safety: Annotated[
        Path | None, typer.Option(help="Only danger, from JSON lines with text, level (none, ask, alarm), kind.")
    ] = None,
    as_json: Json = False,
    plots: Annotated[Path | None, typer.Option(help="Write plots to this folder.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with status 1 when a recorded figure is not met.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Record the figures as the ones to meet.")] = False,
) -> None:
    """Measure how well the trained assistant understands questions whose intent is known, and detects danger."""
    from loket import catalogue
    from loket.run import processes
    from loket.training import danger, evaluation, examples, report
    from loket.yamlfile import ContentError

    known = catalogue.load()
    try:
        gold = [] if safety else evaluation.read_gold(questions or examples.GOLD_DIR)
        # Your own questions are measured separately.
        serious = [] if questions and not safety else danger.read(safety or danger.GOLD)
        alone = bool(questions or safety)
        foreign = [] if alone else evaluation.read_foreign()
        own_words = [] if alone else evaluation.read_own_words()
        texts = [*(one.text for one in gold), *(one.text for one in serious)]
        texts += [one.text for one in [*foreign, *own_words]]
        rows = processes.parse(texts, settings.load().model)
        parts = [list(islice(rows, len(part))) for part in (gold, serious, foreign, own_words)]
    except (ContentError, OSError, processes.BotMissing, processes.ModelMissing, RuntimeError) as error:
        _fail(str(error))
    parsed, of_danger, of_foreign, of_own_words = parts
    urgent = [intent.id for intent in known.intents.values() if intent.urgent]
    figures = evaluation.evaluate(parsed, gold, urgent)
    dangers = danger.figures(of_danger, serious)
    other_languages = evaluation.foreign_figures(of_foreign, foreign)
    in_own_words = evaluation.evaluate(of_own_words, own_words, urgent)
    if as_json:
        others = {"danger": dangers, "foreign": other_languages, "own_words": in_own_words}
        typer.echo(json.dumps({**(figures if gold else {}), **others}, ensure_ascii=False))
    else:
        if gold:
            typer.echo("\n".join(report.lines(figures)))
        if serious:
            typer.echo("\n".join(report.danger_lines(dangers)))
        if foreign:
            typer.echo("\n".join(report.foreign_lines(other_languages)))
        if own_words:
            typer.echo("\n".join(["", "in parents' own words", *report.lines(in_own_words)]))
    if plots and gold:
        from loket.training import plots as drawing

        themes = {intent.id: known.themes[intent.theme] for intent in known.intents.values()}
        drawing.draw_all(parsed, gold, themes, plots)
    if record and gold and serious:
        report.record(figures, dangers)
    if gate and gold and (worse := report.worse(figures, dangers if serious else None)):
        _fail("\n".join(worse), status=1)


@app.command()
def converse(
    file: Annotated[Path | None, typer.Option(help="Conversations in YAML. Default: the gold ones.")] = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="Print each turn that was not right.")] = False,
) -> None:
    """Measure how well the trained assistant handles conversations whose right replies are known."""
    from loket.run import conversations as holding
    from loket.run import processes
    from loket.training import conversations
    from loket.yamlfile import ContentError

    try:
        results = list(holding.hold(conversations.read(file or conversations.FILE), settings.load().model))
    except (ContentError, OSError, processes.BotMissing, processes.ModelMissing, RuntimeError) as error:
        _fail(str(error))
    for place, gold, replied, judgement in results if wrong else []:
        if judgement:
            typer.echo(f"{place + 1} {gold.say!r}: {gold.kind} {list(gold.intents)}, got {replied}")
    typer.echo("\n".join(conversations.lines(results)))


@account_app.command("add")
def account_add(
    email: str,
    name: Annotated[str, typer.Option(help="The name that parents and colleagues see.")],
    role: Annotated[str, typer.Option(help="adviser, partner, editor, lead or administrator.")] = Role.ADVISER.value,
) -> None:
    """Make an account and print its one-time password."""
    from loket.accounts import credentials
    from loket.db.base import transaction

    try:
        with transaction() as session:
            account, password = credentials.add(session, email, name, role, utc_now())
    except credentials.AccountError as error:
        _fail(str(error))
    typer.echo(f"{account.email}\none-time password: {password}")


@account_app.command("list")
def account_list() -> None:
    """Print every account: e-mail, role, active or not, with or without second factor, last login."""
    from loket.accounts import administration
    from loket.db.base import reading

    with reading() as session:
        for account, teams in administration.listed(session):
            facts = [
                account.email,
                account.role,
                account.partner or ",".join(teams) or "-",
                "active" if account.active else "off",
                "second factor" if account.totp_since else "password only",
                f"{account.last_login_at:%Y-%m-%d}" if account.last_login_at else "never",
            ]
            typer.echo("\t".join(facts))


@account_app.command("reset")
def account_reset(email: str) -> None:
    """Let in someone who is locked out: a new one-time password, no second factor, all logins ended."""
    from loket.accounts import credentials
    from loket.db.base import transaction

    try:
        with transaction() as session:
            account, password = credentials.reset(session, email, utc_now())
    except credentials.AccountError as error:
        _fail(str(error))
    typer.echo(f"{account.email}\none-time password: {password}")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Create the database or upgrade it to the newest version."""
    from loket.db.base import engine
    from loket.migrations import migrate

    try:
        migrate.upgrade(engine())
    except (migrate.MigrationBlocked, migrate.BrokenReferences) as error:
        _fail(str(error))
    typer.echo("the database is up to date")


@db_app.command("check")
def db_check() -> None:
    """Report whether the database has every migration, and whether models and migrations agree."""
    from alembic.util.exc import CommandError

    from loket.db.base import engine
    from loket.migrations import migrate

    try:
        migrate.require_current(engine())
        migrate.check(engine())
    except migrate.SchemaTooOld as error:
        _fail(str(error))
    except CommandError as error:
        _fail(f"models and migrations differ: {error}")
    typer.echo("models and migrations agree")


@db_app.command("revision")
def db_revision(message: str) -> None:
    """Write a new migration from the difference between models and database (for developers)."""
    from loket.db.base import engine
    from loket.migrations import migrate

    migrate.new_revision(engine(), message)


@data_app.command("check")
def data_check(
    theme: Theme = "",
    names: Annotated[bool, typer.Option(help="Also search for personal data (slower).")] = True,
) -> None:
    """Report unknown intents, duplicates, too few examples, personal data and overlap with the gold questions."""
    from loket.training import datacheck

    _report(datacheck.check(theme or None, names=names))


@data_app.command("counts")
def data_counts() -> None:
    """Print how much content there is per theme, as in docs/content.md."""
    from loket.training import counts

    typer.echo(counts.table())


@faq_app.command("check")
def faq_check(theme: Theme = "") -> None:
    """Report answers that are missing, malformed, hard to read, unfounded or past their date."""
    from loket.faq import check

    today = _today()
    for warning in check.warnings(theme or None, today):
        typer.echo(f"{warning} (warning)")
    _report(check.check(theme or None, today))


@faq_app.command("table")
def faq_table() -> None:
    """Print every answer with its state, articles, version and next date, as in docs/content.md."""
    from loket.faq import overview

    typer.echo(overview.table(_answers()))


@faq_app.command("review")
def faq_review(as_json: Json = False) -> None:
    """List what the editors must look at, by date: the work list."""
    from loket.faq import overview

    tasks = overview.work_list(_answers(), _today())
    for task in tasks:
        due = f"{task.due}" if task.due else "now"
        typer.echo(
            json.dumps(task.as_dict(), ensure_ascii=False)
            if as_json
            else f"{due:10}  {task.intent}  ({task.owner}): {task.why}"
        )
    if not as_json:
        typer.echo(f"{len(tasks)} answers to look at")


@routing_app.command("check")
def routing_check() -> None:
    """Report rules with an unknown team, partner, theme, sector, denomination, region or language."""
    from loket.routing import rules

    try:
        rules.load()
    except ContentError as error:
        _report(error.problems)
    _report([])


@routing_app.command("try")
def routing_try(
    text: Annotated[str, typer.Argument(help="A question, as a parent would type it.")],
    sector: Annotated[str, typer.Option(help="po, vo, so, mbo or vve; by default what the assistant finds.")] = "",
    channel: Annotated[str, typer.Option(help="web, embed, mail or phone.")] = "web",
    as_json: Json = False,
) -> None:
    """Show which team a question goes to, by which rule, and what the assistant took from the text."""
    from loket.routing import rules, trial
    from loket.run import processes

    try:
        row = next(iter(processes.parse([text], settings.load().model)))
    except (processes.BotMissing, processes.ModelMissing, RuntimeError) as error:
        _fail(str(error))
    found = trial.of_parse(text, row, sector or None, channel)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    typer.echo(text)
    for name, value in found.facts.items():
        typer.echo(f"  {name:13} {value}")
    typer.echo(f"  -> {found.route.explanation}")
    typer.echo(f"     promise {found.route.promise}, partner {found.route.partner or '-'}")
    typer.echo(f"     rule at {rules.ROUTING_FILE.name}:{found.route.line}")


@app.command("settings")
def show_settings() -> None:
    """Print the table of settings, as in docs/settings.md."""
    typer.echo(settings.table())


def _today() -> date:
    return local_day(utc_now())


def _answers() -> list[Answer]:
    from loket.faq import load

    try:
        return list(load.load().values())
    except ContentError as error:
        _report(error.problems)


def _report(problems: list[Problem]) -> NoReturn:
    for problem in problems:
        typer.echo(str(problem))
    typer.echo(f"{len(problems)} problems" if problems else "no problems")
    raise typer.Exit(1 if problems else 0)


def _fail(message: str, status: int = 2) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(status)
