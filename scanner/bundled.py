"""Where the policies and schemas that ship with the tool lie: inside the installed package, or in the repository."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled_path(*parts: str) -> Path:
    """The shipped file or folder `policies/<parts>`; the wheel carries `policies/` as `scanner/_policies/`."""
    installed = _PACKAGE / "_policies"
    base = installed if installed.is_dir() else _PACKAGE.parent / "policies"
    return base.joinpath(*parts)
