"""What is wrong with one file of a bundle, or with a bundle as a whole."""

from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.yaml_source import SourceError


class PolicyError(SourceError):
    """A policy or framework file that cannot be used: `message` says what and how to mend it, in one line.

    With another `level` than an error it says what is left aside, and the scan is no less complete for it.
    """

    def __init__(self, message: str, location: Location, level: Level = Level.ERROR) -> None:
        super().__init__(message, location)
        self.level = level


class BundleError(SourceError):
    """A bundle of which nothing may be used: it is not intact, not signed as asked, or at odds with another one."""
