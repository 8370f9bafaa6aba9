"""What one scan is asked to do: `releasegate.yaml` and the command line's options in one frozen `Config`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from scanner.core.policy import Severity
from scanner.core.suggestions import closest

FILE_NAME = "releasegate.yaml"


class UsageError(Exception):
    """A wrong option or configuration: `str()` is one line that says what is wrong and what to do."""


@dataclass(frozen=True)
class TerraformOptions:
    """What `terraform plan` would be told on its command line and by its surroundings.

    `var_files` are for every root and win over the files that Terraform loads by itself; `environment` are values of
    variables as text, by name, that every file wins over (`TF_VAR_…`). `module_directories` hold remote modules by
    their source. `accepted_modules` are patterns (`*`, `?`) of sources that need not be read. Remote modules are
    fetched into the folder `download_to`, without it never.
    """

    var_files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    module_directories: tuple[Path, ...] = ()
    accepted_modules: tuple[str, ...] = ()
    download_to: Path | None = None


@dataclass(frozen=True)
class KubernetesOptions:
    """How charts and overlays are rendered.

    `helm`, `kustomize` and `kubectl` are the programs that may be run; without one of them, what needs it is not
    rendered. `helm_values` are files of values for every chart, each stronger than the one before.
    """

    helm: Path | None = None
    kustomize: Path | None = None
    kubectl: Path | None = None
    helm_values: tuple[Path, ...] = ()


@dataclass(frozen=True)
class DockerfileOptions:
    """What `docker build` would be told: `build_args` are the values of `--build-arg` by name."""

    build_args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Identity:
    """Who may sign without a key of their own: the name in a certificate, as the issuer of its token vouches for."""

    name: str
    issuer: str


@dataclass(frozen=True)
class ModelOptions:
    """What the files of models are held against.

    `open_artifacts` is false when weights are neither hashed nor looked into. Signatures count when they are made with
    one of `trusted_keys` (public keys, PEM), with a certificate that one of `trusted_certificates` (PEM) issued, or by
    one of `trusted_identities` as the Sigstore instance of `trust_root` (a `trusted_root.json`) vouches for.
    `approved_versions` are lists of approved versions beside those of the release. `base` is the git revision that the
    release is compared with, so that no version goes backwards.
    """

    open_artifacts: bool = True
    trusted_keys: tuple[Path, ...] = ()
    trusted_certificates: tuple[Path, ...] = ()
    trusted_identities: tuple[Identity, ...] = ()
    trust_root: Path | None = None
    approved_versions: tuple[Path, ...] = ()
    base: str | None = None


@dataclass(frozen=True)
class RegoOptions:
    """How Rego is evaluated.

    `engine` is `regorus`, which is built in, or `opa`, the program at the path `opa`. `grants` names functions that
    policies may call although they reach beyond the release or have no certain result, such as `http.send`.
    `time_limit` is in seconds for one policy, `memory_limit` in bytes for the process that evaluates them.
    """

    engine: str = "regorus"
    opa: Path | None = None
    grants: tuple[str, ...] = ()
    time_limit: float = 10.0
    memory_limit: int = 4 << 30


@dataclass(frozen=True)
class ConftestOptions:
    """What `conftest test` would be told for policies that were written for it.

    `namespaces` are the packages whose rules count, all with `all_namespaces`; `data` are files and folders that become
    the data document; with `combine` every file is one document of a list.
    """

    namespaces: tuple[str, ...] = ("main",)
    all_namespaces: bool = False
    data: tuple[Path, ...] = ()
    combine: bool = False


@dataclass(frozen=True)
class Config:
    """Everything a scan depends on beside the scanned files.

    `frameworks` empty means all, `checks` empty means every policy. `policy_directories` are folders and bundles; with
    `policy_keys` (public keys, PEM) one of these must have signed each, for the scope `policy_scope`. `as_of` is the
    day that decides which waivers are over and which clauses bind already: the only clock a scan has. `time_limit` is
    in seconds for one unit of work of native code, `max_file_size` in bytes.

    `profile` names the gate's rules; with `soft_fail` a blocked release is reported and let through. Only what is new
    against `baseline` (a file) and against the merge base of the git revision `diff` blocks. `waiver_files` are read
    beside `.releasegate/waivers.yaml`. With `changed` (files) only findings of the roots that they belong to count.
    """

    paths: tuple[Path, ...]
    as_of: date
    fail_on: Severity = Severity.HIGH
    allow_unknown: bool = False
    frameworks: tuple[str, ...] = ()
    policy_directories: tuple[Path, ...] = ()
    policy_keys: tuple[Path, ...] = ()
    policy_scope: str = ""
    checks: tuple[str, ...] = ()
    skip_checks: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    use_gitignore: bool = True
    inline_waivers: bool = True
    waiver_files: tuple[Path, ...] = ()
    profile: str | None = None
    soft_fail: bool = False
    baseline: Path | None = None
    diff: str | None = None
    changed: tuple[Path, ...] = ()
    max_file_size: int = 10 << 20
    time_limit: float = 60.0
    terraform: TerraformOptions = field(default_factory=TerraformOptions)
    kubernetes: KubernetesOptions = field(default_factory=KubernetesOptions)
    dockerfile: DockerfileOptions = field(default_factory=DockerfileOptions)
    models: ModelOptions = field(default_factory=ModelOptions)
    rego: RegoOptions = field(default_factory=RegoOptions)
    conftest: ConftestOptions = field(default_factory=ConftestOptions)
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def severity(word: str) -> Severity:
    """The severity of that name. Raises `UsageError` for another word."""
    try:
        return Severity(word.lower())
    except ValueError:
        known = [str(member) for member in Severity]
        message = f"unknown severity {word!r}: expected {', '.join(known)}{closest([word], known)}"
        raise UsageError(message) from None


def find_file(paths: Sequence[Path], root: Path) -> Path | None:
    """The nearest `releasegate.yaml` from the first scanned path up to the repository root."""
    start = paths[0].resolve()
    for folder in (start, *start.parents):
        file = folder / FILE_NAME
        if file.is_file():
            return file
        if folder == root:
            return None
    return None


def read_file(file: Path) -> dict[str, Any]:
    """The settings in `file`, valid against `policies/schemas/config.schema.json`. Raises `UsageError`."""
    from scanner.schema import load_checked  # noqa: PLC0415 - YAML and its schema are needed only where a file is
    from scanner.yaml_source import SourceError  # noqa: PLC0415 - see above

    try:
        text = file.read_text(encoding="utf-8")
        settings: dict[str, Any] = load_checked(text, file.name, "config").value
    except SourceError as error:
        raise UsageError(f"{error.location}: {error.message}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: the configuration is not UTF-8 text") from None
    except OSError as error:
        raise UsageError(f"{file}: the configuration cannot be read: {error.strerror}") from None
    return settings


def build(
    paths: Sequence[Path],
    as_of: date,
    options: Mapping[str, Any],
    file: Path | None,
    formats: Mapping[str, Mapping[str, Any]] | None = None,
    within: Path | None = None,
) -> Config:
    """The configuration from `options` (only those the user gave) over `file` over the defaults.

    `options` uses the names of `Config`; `formats` has those of one format by its name, such as `terraform`, with the
    names of `TerraformOptions`. What reaches beyond the scanned files (the network, the environment, programs) cannot
    be asked for in `file`, which whoever proposes a change may have written: what that names to be read as a part of
    the release has to lie `within` the scanned repository. Raises `UsageError` for a value that means nothing.
    """
    settings = read_file(file) if file else {}
    folder = file.parent if file else Path()
    from_file: dict[str, Any] = {
        "policy_directories": tuple(folder / name for name in settings.get("policy", ())),
        "frameworks": tuple(settings.get("compliance", ())),
        "checks": tuple(settings.get("check", ())),
        "skip_checks": tuple(settings.get("skip_check", ())),
        "excludes": tuple(settings.get("exclude", ())),
        "scope": {name: _words(value) for name, value in settings.get("scope", {}).items()},
        "parameters": settings.get("parameters", {}),
    }
    for name in ("allow_unknown", "use_gitignore", "inline_waivers", "max_file_size", "time_limit"):
        if name in settings:
            from_file[name] = settings[name]
    if "fail_on" in settings:
        from_file["fail_on"] = severity(settings["fail_on"])
    given = formats or {}
    of_terraform = _terraform(settings.get("terraform", {}), folder)
    of_kubernetes = _kubernetes(settings.get("kubernetes", {}), folder)
    of_models = _models(settings.get("models", {}), folder)
    of_conftest = _conftest(settings.get("conftest", {}), folder)
    of_rego = _rego(settings.get("rego", {}), within)
    for name in ("var_files", "module_directories"):
        _check_within(within, of_terraform.get(name, ()))
    _check_within(within, of_kubernetes.get("helm_values", ()))
    for name in _FILES_OF_MODELS:
        _check_within(within, of_models.get(name, ()))
    _check_within(within, of_conftest.get("data", ()))
    _check_within(within, [of_models["trust_root"]] if "trust_root" in of_models else [])
    config = Config(
        paths=tuple(paths),
        as_of=as_of,
        terraform=TerraformOptions(**{**of_terraform, **given.get("terraform", {})}),
        kubernetes=KubernetesOptions(**{**of_kubernetes, **given.get("kubernetes", {})}),
        dockerfile=DockerfileOptions(**{**settings.get("dockerfile", {}), **given.get("dockerfile", {})}),
        models=ModelOptions(**{**of_models, **given.get("models", {})}),
        rego=RegoOptions(**{**of_rego, **given.get("rego", {})}),
        conftest=ConftestOptions(**{**of_conftest, **given.get("conftest", {})}),
        **{**from_file, **options},
    )
    for source in config.policy_directories:
        if not source.exists():
            raise UsageError(f"the policy folder or bundle {source} does not exist")
    _check_files("policy key", config.policy_keys)
    if config.policy_scope and not config.policy_keys:
        raise UsageError("a policy scope is for signatures: give --policy-key too")
    _check_directories("folder of modules", config.terraform.module_directories)
    _check_files("file of variables", config.terraform.var_files)
    _check_files("file of Helm values", config.kubernetes.helm_values)
    _check_files("public key", config.models.trusted_keys)
    _check_files("certificate", config.models.trusted_certificates)
    _check_files("list of approved versions", config.models.approved_versions)
    if config.models.trust_root is not None:
        _check_files("trust root", [config.models.trust_root])
    return config


def _terraform(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: tuple(folder / each for each in settings[name])
        for name in ("var_files", "module_directories")
        if name in settings
    }
    if "accept_unresolved_modules" in settings:
        found["accepted_modules"] = tuple(settings["accept_unresolved_modules"])
    if "workspace" in settings:
        found["workspace"] = settings["workspace"]
    return found


def _kubernetes(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {name: tuple(folder / each for each in settings[name]) for name in settings}


def _conftest(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    found = dict(settings)
    if "namespace" in found:
        found["namespaces"] = _words(found.pop("namespace"))
    if "data" in found:
        found["data"] = tuple(folder / each for each in found["data"])
    return found


def _rego(settings: Mapping[str, Any], within: Path | None) -> dict[str, Any]:
    if settings.get("grants") and within is not None:
        message = f"{FILE_NAME} grants functions to policies; that takes --grant, or a file that --config names"
        raise UsageError(message)
    found = dict(settings)
    if "grants" in found:
        found["grants"] = tuple(found["grants"])
    if "memory_limit" in found:
        found["memory_limit"] <<= 20
    return found


_FILES_OF_MODELS = ("trusted_keys", "trusted_certificates", "approved_versions")


def _models(settings: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: tuple(folder / each for each in settings[name]) for name in _FILES_OF_MODELS if name in settings
    }
    if "trusted_identities" in settings:
        found["trusted_identities"] = tuple(Identity(**each) for each in settings["trusted_identities"])
    if "trust_root" in settings:
        found["trust_root"] = folder / settings["trust_root"]
    return found


def _words(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _check_within(within: Path | None, paths: Sequence[Path]) -> None:
    for path in paths:
        if within is not None and not path.resolve().is_relative_to(within.resolve()):
            message = f"{FILE_NAME} names {path}, which lies outside of the repository; name it on the command line"
            raise UsageError(message)


def _check_directories(noun: str, directories: Sequence[Path]) -> None:
    for directory in directories:
        if not directory.is_dir():
            raise UsageError(f"the {noun} {directory} does not exist")


def _check_files(noun: str, files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise UsageError(f"the {noun} {file} does not exist")
