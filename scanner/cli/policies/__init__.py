"""`releasegate policies`: what the bundle checks, and the tools of those who write policies."""

import typer

from scanner.cli.policies import docs, lint, listing, new, schema, test

app = typer.Typer(
    help="What the policies are, and tools for writing them.", no_args_is_help=True, rich_markup_mode=None
)
app.command("list")(listing.list_policies)
app.command("show")(listing.show_policy)
app.command("test")(test.run_policy_tests)
app.command("new")(new.new_policy)
app.command("lint")(lint.lint_policies)
app.command("schema")(schema.policy_schema)
app.command("docs")(docs.document_policies)
