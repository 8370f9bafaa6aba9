"""`releasegate controls`: the clauses of the frameworks and the policies that evidence them."""

from typing import Annotated

import typer

from scanner.cli.options import PolicyOption, day, split
from scanner.config import Config, UsageError
from scanner.core.suggestions import closest
from scanner.pipeline import open_bundle

app = typer.Typer(
    help="The clauses of each framework and what evidences them.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_controls(
    compliance: Annotated[list[str] | None, typer.Option(help="Frameworks, such as gdpr,hipaa; default: all.")] = None,
    policy: PolicyOption = None,
) -> None:
    """Every control: id, how much of it a static check can show, title, and its policies (~ supporting)."""
    bundle = open_bundle(Config(paths=(), as_of=day(None), policy_directories=tuple(policy or ())))
    frameworks = {framework.id: framework for framework in bundle.frameworks}
    wanted = split(compliance) or tuple(frameworks)
    for name in wanted:
        if name not in frameworks:
            raise UsageError(
                f"unknown framework {name!r}: expected {', '.join(frameworks)}{closest([name], frameworks)}"
            )
        framework = frameworks[name]
        typer.echo(f"{framework.title} ({framework.id}), {framework.version}")
        for control in framework.controls:
            policies = " ".join(f"{'~' if word == 'supporting' else ''}{id_}" for id_, word in control.policies.items())
            typer.echo(f"  {control.id:34} {control.evidence:9} {control.title}{f'  [{policies}]' if policies else ''}")
