"""The options that say what is read and by what it is judged, for every command that scans."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from scanner.cli.build_options import BuildArgOption, HelmValuesOption, NoRenderOption, build_args, renderers
from scanner.cli.cache import cache_folder
from scanner.cli.checkov_options import (
    AllOption,
    EngineOption,
    NoCacheOption,
    PoliciesOption,
    PythonOption,
    checkov,
    engines,
)
from scanner.cli.conftest_options import AllNamespacesOption, CombineOption, DataOption, NamespaceOption, conftest
from scanner.cli.gate_options import WaiversOption
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
)
from scanner.cli.rego_options import GrantOption, RegoEngineOption, rego
from scanner.cli.terraform_options import (
    DownloadOption,
    ModulesOption,
    TfVarOption,
    VarFileOption,
    WorkspaceOption,
    terraform_variables,
)
from scanner.config import Config


class Settings(Protocol):
    """Gives the configuration over some paths; `more` are a command's own options, by the names of `Config`.

    `origins` says, by these names, where the options come from.
    """

    def __call__(
        self, paths: Sequence[Path], more: Mapping[str, Any], origins: Mapping[str, str] | None = None
    ) -> Config:
        """Raises `UsageError` for what does not exist or means nothing."""


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of `_configuration` in the place of its parameter `settings`."""
    shared = [each for name, each in inspect.signature(_configuration).parameters.items() if name not in _NO_OPTIONS]

    @wraps(command)
    def run(**values: Any) -> None:
        chosen = {each.name: values.pop(each.name) for each in shared}

        def settings(
            paths: Sequence[Path], more: Mapping[str, Any], origins: Mapping[str, str] | None = None
        ) -> Config:
            return _configuration(paths, more, origins, **chosen)

        command(**values, settings=settings)

    merged: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        merged += shared if parameter.name == "settings" else [parameter]
    by_name = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in merged]
    run.__signature__ = inspect.Signature(by_name)  # type: ignore[attr-defined] # which is where typer looks
    return run


_NO_OPTIONS = ("paths", "more", "origins")


def _configuration(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    paths: Sequence[Path],
    more: Mapping[str, Any],
    origins: Mapping[str, str] | None = None,
    waivers: WaiversOption = None,
    policy: PolicyOption = None,
    policy_key: PolicyKeyOption = None,
    policy_scope: PolicyScopeOption = None,
    check: Annotated[list[str] | None, typer.Option(help="Only these policies, such as ENC-002,NET-007.")] = None,
    skip_check: Annotated[list[str] | None, typer.Option(help="All policies but these.")] = None,
    engine: EngineOption = None,
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
    checkov_all: AllOption = False,
    checkov_policies: PoliciesOption = None,
    checkov_python: PythonOption = False,
    no_cache: NoCacheOption = False,
    rego_engine: RegoEngineOption = None,
    grant: GrantOption = None,
    config: ConfigOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            envvar="RELEASEGATE_AS_OF", help="The day that waivers and clauses are judged by; default: today."
        ),
    ] = None,
) -> Config:
    options = {
        "waiver_files": tuple(waivers or ()),
        "policy_directories": tuple(policy or ()),
        "policy_keys": tuple(policy_key or ()),
        "policy_scope": policy_scope,
        "checks": split(check),
        "skip_checks": split(skip_check),
        "engines": engines(split(engine)),
        "excludes": tuple(exclude or ()),
        "use_gitignore": False if no_gitignore else None,
        "inline_waivers": False if no_inline_waivers else None,
        **more,
    }
    terraform: dict[str, Any] = {
        "var_files": tuple(var_file or ()),
        "environment": terraform_variables() if tf_var else None,
        "workspace": workspace,
        "module_directories": tuple(modules or ()),
        "download_to": cache_folder("modules") if download_modules else None,
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
        "checkov": given(checkov(checkov_policies, checkov_all, checkov_python, no_cache)),
    }
    return configuration(paths, config, as_of, given(options), by_format, origins)
