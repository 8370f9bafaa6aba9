"""What one scan is asked to do, in one frozen `Config`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from scanner.core.notification import Notification
from scanner.core.policy import CHECKOV, Severity

ENGINES = (CHECKOV, "conditions", "rego", "conftest", "gatekeeper")
"""What can judge a release, by the names of `Policy.engine`."""

OWN = "own"
"""All engines but Checkov, in one word."""


class _InFolder(Protocol):
    @property
    def path(self) -> str: ...


_Folder = TypeVar("_Folder", bound=_InFolder)


def nearest(folders: Sequence[_Folder], path: str) -> _Folder | None:
    """The innermost of the folders that is `path` or holds it; both are relative to the repository root."""
    holding = [folder for folder in folders if path == folder.path or path.startswith(f"{folder.path}/")]
    return max(holding, key=lambda folder: len(folder.path), default=None)


@dataclass(frozen=True)
class Folder:
    """By what the findings below one folder are judged, where a `releasegate.yaml` in it, or above it, says so.

    `path` is relative to the repository root, and so is `file`, the innermost configuration that counts there. The
    values are those in force: what is not set in the folder is as it is around it.
    """

    path: str
    file: str
    fail_on: Severity
    allow_unknown: bool = False
    checks: tuple[str, ...] = ()
    skip_checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class TerraformFolder:
    """The files of variables and the workspace of the Terraform roots below one folder, as they are in force there."""

    path: str
    var_files: tuple[Path, ...] = ()
    workspace: str | None = None


@dataclass(frozen=True)
class TerraformOptions:
    """What `terraform plan` would be told on its command line and by its surroundings.

    `var_files` are for every root and win over the files that Terraform loads by itself; `environment` are values of
    variables as text, by name, that every file wins over (`TF_VAR_…`). `module_directories` hold remote modules by
    their source. `accepted_modules` are patterns (`*`, `?`) of sources that need not be read. Remote modules are
    fetched into the folder `download_to`, without it never. `folders` say it for the roots below one folder.
    """

    var_files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    module_directories: tuple[Path, ...] = ()
    accepted_modules: tuple[str, ...] = ()
    download_to: Path | None = None
    folders: tuple[TerraformFolder, ...] = ()

    def at(self, path: str) -> TerraformFolder:
        """What holds for the root in the directory `path`, relative to the repository root."""
        return nearest(self.folders, path) or TerraformFolder("", self.var_files, self.workspace)


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
class CheckovOptions:
    """How Checkov is run.

    With `all_checks` those of its checks that evidence no control are run too. `policies` are folders of checks that
    somebody has written for it; those in Python run only with `run_python`. What it found is kept in the folder
    `cache`, without one nowhere. `time_limit` is in seconds for one unit: a Terraform root, a plan, a rendered chart,
    all plain manifests, all Dockerfiles. `memory_limit` is in bytes for the process that runs it.
    """

    all_checks: bool = False
    policies: tuple[Path, ...] = ()
    run_python: bool = False
    cache: Path | None = None
    time_limit: float = 300.0
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

    `frameworks` empty means all, `checks` empty means every policy, `engines` empty every engine. `policy_directories`
    are folders and bundles; with `policy_keys` (public keys, PEM) one of these must have signed each, for the scope
    `policy_scope`. `as_of` is the day that decides which waivers are over and which clauses bind already: the only
    clock a scan has. `time_limit` is in seconds for one unit of work of native code, `max_file_size` in bytes.

    `profile` names the gate's rules, which the values here already are; with `soft_fail` a blocked release is reported
    and let through. No control of the frameworks `must_meet` may be not met; with `allow_incomplete` parts that could
    not be evaluated pass the gate; more waivers in force than `max_waivers` do not. Only what is new against `baseline`
    (a file) and against the merge base of the git revision `diff` blocks. `waiver_files` are read beside
    `.releasegate/waivers.yaml`. With `changed` (files) only findings of the roots that they belong to count.

    `folders` are judged by values of their own. `files` are the configurations that count. `origins` has where each
    value that is no default was set, by its name (`terraform.var_files`); `remarks` belong to the verdict and
    `notifications` to the scan: what was overridden, and what the scanned files themselves make of the gate.
    """

    paths: tuple[Path, ...]
    as_of: date
    fail_on: Severity = Severity.HIGH
    allow_unknown: bool = False
    allow_incomplete: bool = False
    must_meet: tuple[str, ...] = ()
    max_waivers: int | None = None
    frameworks: tuple[str, ...] = ()
    policy_directories: tuple[Path, ...] = ()
    policy_keys: tuple[Path, ...] = ()
    policy_scope: str = ""
    checks: tuple[str, ...] = ()
    skip_checks: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
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
    checkov: CheckovOptions = field(default_factory=CheckovOptions)
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folders: tuple[Folder, ...] = ()
    files: tuple[Path, ...] = field(default=(), compare=False)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)
    notifications: tuple[Notification, ...] = field(default=(), compare=False)

    def runs(self, engine: str) -> bool:
        """Whether the engine of that name is among those that were chosen."""
        return not self.engines or engine in self.engines or (OWN in self.engines and engine != CHECKOV)
