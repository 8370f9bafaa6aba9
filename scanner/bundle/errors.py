"""What is wrong with one file of a bundle."""

from scanner.yaml_source import SourceError


class PolicyError(SourceError):
    """A policy or framework file that cannot be used: `message` says what and how to mend it, in one line."""
