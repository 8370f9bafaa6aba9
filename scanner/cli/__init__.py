"""The `releasegate` command: one file per sub-command; the only place that prints, reads the environment or exits."""

import os
import signal
import sys
import traceback
from types import FrameType

import typer

from scanner.cli import baseline, bundle, controls, explain, init, inventory, policies, report, scan, waivers
from scanner.cli.exit_codes import ExitCode
from scanner.config import UsageError
from scanner.version import VERSION

app = typer.Typer(
    name="releasegate",
    help="Scan one AI release as a system, judge it by policies as code, and block it when it must.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("scan")(scan.scan)
app.command("report")(report.report)
app.command("explain")(explain.explain)
app.command("inventory")(inventory.inventory)
app.add_typer(init.app, name="init")
app.add_typer(baseline.app, name="baseline")
app.add_typer(policies.app, name="policies")
app.add_typer(controls.app, name="controls")
app.add_typer(bundle.app, name="bundle")
app.add_typer(waivers.app, name="waivers")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"releasegate {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    _version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    pass


def _end(number: int, _: FrameType | None) -> None:
    """Leave as after an error, so that neither a process of ours nor a temporary folder stays behind."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command line; every way out is one of `ExitCode`, and a traceback only on request."""
    output = sys.stdout
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # what nohup has had ignored stays so
            signal.signal(number, _end)
    try:
        app()
    except UsageError as error:
        typer.echo(f"releasegate: error: {error}", err=True)
        sys.exit(ExitCode.USAGE)
    except SystemExit:
        # Typer makes a 1 of a broken pipe, which would say that the release is blocked, and puts its own stdout there.
        if sys.stdout is not output:
            sys.exit(ExitCode.INTERNAL)  # whoever read our output went away: nobody saw the verdict
        raise
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last resort: one line for people, never a green exit
        if os.environ.get("RELEASEGATE_DEBUG"):
            traceback.print_exc()
        kind = type(error).__name__
        typer.echo(f"releasegate: internal error: {kind}: {error} (set RELEASEGATE_DEBUG=1 for details)", err=True)
        sys.exit(ExitCode.INTERNAL)
