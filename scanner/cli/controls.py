"""`releasegate controls`: the clauses of the frameworks and the policies that evidence them."""

from typing import Annotated

import typer

from scanner.cli.options import PolicyOption, opened, split
from scanner.core.policy import CHECKOV
from scanner.judging.selection import frameworks_named

app = typer.Typer(
    help="The clauses of each framework and what evidences them.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_controls(
    compliance: Annotated[list[str] | None, typer.Option(help="Frameworks, such as gdpr,hipaa; default: all.")] = None,
    policy: PolicyOption = None,
) -> None:
    """Every control: id, how much of it a static check can show, title, and its policies (~ supporting)."""
    bundle = opened(policy)
    by_checkov = {each.id for each in bundle.policies if each.engine == CHECKOV}
    for framework in frameworks_named(bundle, split(compliance)):
        typer.echo(f"{framework.title} ({framework.id}), {framework.version}")
        for control in framework.controls:
            own = {id_: word for id_, word in control.policies.items() if id_ not in by_checkov}
            policies = " ".join(f"{'~' if word == 'supporting' else ''}{id_}" for id_, word in own.items())
            others = len(control.policies) - len(own)
            policies += f" and {others} checks of Checkov" if others else ""
            typer.echo(f"  {control.id:34} {control.evidence:9} {control.title}{f'  [{policies}]' if policies else ''}")
