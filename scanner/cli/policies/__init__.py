"""`releasegate policies`: what the bundle checks, and the tools of those who write policies."""

import typer

from scanner.cli.policies import listing

app = typer.Typer(
    help="What the policies are, and tools for writing them.", no_args_is_help=True, rich_markup_mode=None
)
app.command("list")(listing.list_policies)
app.command("show")(listing.show_policy)
