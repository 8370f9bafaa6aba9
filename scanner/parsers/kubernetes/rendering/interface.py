"""What rendering a chart or an overlay gives: objects as the cluster gets them, with lines in the written files."""

from dataclasses import dataclass, field

from scanner.core.notification import Notification
from scanner.core.resource import Call, SourceFile
from scanner.parsers.kubernetes.manifests import Manifest


@dataclass(frozen=True)
class Rendering:
    """One chart or overlay.

    `origin` is its folder relative to the repository root: the addresses of its objects are unique within it. The
    `lines` of a manifest lead to the files that it was made from. `covered` are the files that mean what the rendering
    says and are not read by themselves; `source_files` those among the written files that the scan was not given.
    `calls` tell the renderings of one file apart. `is_alternative` says that another rendering may stand in its place:
    so do overlays, while charts are installed beside one another. `secrets` are those of a chart's values.
    """

    origin: str
    manifests: tuple[Manifest, ...] = ()
    covered: frozenset[str] = frozenset()
    notifications: tuple[Notification, ...] = ()
    source_files: tuple[SourceFile, ...] = field(default=(), repr=False)
    calls: tuple[Call, ...] = ()
    is_alternative: bool = False
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)
