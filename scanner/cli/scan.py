"""`releasegate scan`: one release in, findings and a verdict out."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.build_options import BuildArgOption, HelmValuesOption, NoRenderOption, build_args, renderers
from scanner.cli.conftest_options import AllNamespacesOption, CombineOption, DataOption, NamespaceOption, conftest
from scanner.cli.exit_codes import BY_DECISION
from scanner.cli.gate_options import (
    BaselineOption,
    ChangedOption,
    DiffOption,
    ProfileOption,
    SoftFailOption,
    WaiversOption,
)
from scanner.cli.model_options import (
    ApprovedOption,
    BaseOption,
    NoArtifactsOption,
    TrustCertificateOption,
    TrustIdentityOption,
    TrustKeyOption,
    TrustRootOption,
    identities,
)
from scanner.cli.options import (
    ConfigOption,
    ExcludeOption,
    NoGitignoreOption,
    PolicyKeyOption,
    PolicyOption,
    PolicyScopeOption,
    configuration,
    given,
    split,
    written,
)
from scanner.cli.progress import progress_on_stderr
from scanner.cli.rego_options import GrantOption, RegoEngineOption, rego
from scanner.cli.terraform_options import (
    DownloadOption,
    ModulesOption,
    TfVarOption,
    VarFileOption,
    WorkspaceOption,
    module_cache,
    terraform_variables,
)
from scanner.config import UsageError, severity
from scanner.core.suggestions import closest
from scanner.pipeline import run
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions

DEFAULT_WIDTH = 100


def scan(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    paths: Annotated[list[Path] | None, typer.Argument(help="Files or folders of the release; default: here.")] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("-f", "--format", help=f"Report format ({', '.join(RENDERERS)}); repeatable, in pairs with -o."),
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option("-o", "--output", help="File for the report of the -f before it; default: standard output."),
    ] = None,
    compliance: Annotated[
        list[str] | None,
        typer.Option(envvar="RELEASEGATE_COMPLIANCE", help="Frameworks to judge, such as gdpr,hipaa; default: all."),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            envvar="RELEASEGATE_FAIL_ON", help="Lowest severity that blocks: low, medium, high, critical [high]."
        ),
    ] = None,
    allow_unknown: Annotated[
        bool | None, typer.Option("--allow-unknown", help="Let checks pass the gate whose values cannot be known.")
    ] = None,
    profile: ProfileOption = None,
    soft_fail: SoftFailOption = False,
    baseline: BaselineOption = None,
    diff: DiffOption = None,
    changed: ChangedOption = False,
    waivers: WaiversOption = None,
    policy: PolicyOption = None,
    policy_key: PolicyKeyOption = None,
    policy_scope: PolicyScopeOption = None,
    check: Annotated[list[str] | None, typer.Option(help="Only these policies, such as ENC-002,NET-007.")] = None,
    skip_check: Annotated[list[str] | None, typer.Option(help="All policies but these.")] = None,
    exclude: ExcludeOption = None,
    no_gitignore: NoGitignoreOption = False,
    no_inline_waivers: Annotated[
        bool, typer.Option("--no-inline-waivers", help="Heed no releasegate:ignore comment.")
    ] = False,
    var_file: VarFileOption = None,
    workspace: WorkspaceOption = None,
    tf_var: TfVarOption = False,
    modules: ModulesOption = None,
    download_modules: DownloadOption = False,
    helm_values: HelmValuesOption = None,
    no_render: NoRenderOption = False,
    build_arg: BuildArgOption = None,
    no_artifacts: NoArtifactsOption = False,
    trust_key: TrustKeyOption = None,
    trust_certificate: TrustCertificateOption = None,
    trust_identity: TrustIdentityOption = None,
    trust_root: TrustRootOption = None,
    approved_versions: ApprovedOption = None,
    base: BaseOption = None,
    namespace: NamespaceOption = None,
    all_namespaces: AllNamespacesOption = False,
    data: DataOption = None,
    combine: CombineOption = False,
    rego_engine: RegoEngineOption = None,
    grant: GrantOption = None,
    config: ConfigOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            envvar="RELEASEGATE_AS_OF", help="The day that waivers and clauses are judged by; default: today."
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="List what passed too.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on standard output but -f reports.")] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line on a terminal.")] = False,
) -> None:
    """Scan a release and decide whether it may go live.

    Exit codes: 0 passed, 1 blocked by findings, 2 usage or configuration error, 3 incomplete scan, 4 internal error.
    """
    targets = _targets(formats, outputs, quiet)
    options = {
        "frameworks": split(compliance),
        "fail_on": severity(fail_on) if fail_on else None,
        "allow_unknown": allow_unknown,
        "profile": profile,
        "soft_fail": soft_fail or None,
        "baseline": baseline,
        "diff": diff,
        "waiver_files": tuple(waivers or ()),
        "policy_directories": tuple(policy or ()),
        "policy_keys": tuple(policy_key or ()),
        "policy_scope": policy_scope,
        "checks": split(check),
        "skip_checks": split(skip_check),
        "excludes": tuple(exclude or ()),
        "use_gitignore": False if no_gitignore else None,
        "inline_waivers": False if no_inline_waivers else None,
    }
    terraform: dict[str, Any] = {
        "var_files": tuple(var_file or ()),
        "environment": terraform_variables() if tf_var else None,
        "workspace": workspace,
        "module_directories": tuple(modules or ()),
        "download_to": module_cache() if download_modules else None,
    }
    models: dict[str, Any] = {
        "open_artifacts": False if no_artifacts else None,
        "trusted_keys": tuple(trust_key or ()),
        "trusted_certificates": tuple(trust_certificate or ()),
        "trusted_identities": identities(trust_identity),
        "trust_root": trust_root,
        "approved_versions": tuple(approved_versions or ()),
        "base": base,
    }
    by_format = {
        "terraform": given(terraform),
        "kubernetes": given({**({} if no_render else renderers()), "helm_values": tuple(helm_values or ())}),
        "dockerfile": given({"build_args": build_args(build_arg)}),
        "models": given(models),
        "rego": given(rego(rego_engine, grant)),
        "conftest": given(conftest(namespace, all_namespaces, data, combine)),
    }
    settings = configuration(paths or [Path()], config, as_of, given(options), by_format)
    with progress_on_stderr(enabled=not (quiet or no_progress)) as progress:
        result = run(settings, progress)
    for format_, output in targets:
        written(RENDERERS[format_](result, _render_options(output, verbose)), output)
    raise typer.Exit(BY_DECISION[result.verdict.decision])


def _targets(formats: list[str] | None, outputs: list[Path] | None, quiet: bool) -> list[tuple[str, Path | None]]:
    """Which report goes where: the n-th -f with the n-th -o, and at most one to standard output."""
    names, files = formats or [], outputs or []
    for name in names:
        if name not in RENDERERS:
            known = ", ".join(RENDERERS)
            raise UsageError(f"unknown format {name!r}: expected {known}{closest([name], RENDERERS)}")
    if len(files) > max(len(names), 1):
        raise UsageError("more -o than -f: each -o needs the -f whose report it takes")
    if not names:
        return [("terminal", files[0])] if files else ([] if quiet else [("terminal", None)])
    targets: list[tuple[str, Path | None]] = [
        (name, files[index] if index < len(files) else None) for index, name in enumerate(names)
    ]
    targets = [(name, None if str(file) == "-" else file) for name, file in targets]
    if sum(1 for _, file in targets if file is None) > 1:
        raise UsageError("only one report can go to standard output: give the others an -o")
    return targets


def _render_options(output: Path | None, verbose: bool) -> RenderOptions:
    on_terminal = output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if on_terminal else DEFAULT_WIDTH
    return RenderOptions(width, color=on_terminal and not os.environ.get("NO_COLOR"), verbose=verbose)
