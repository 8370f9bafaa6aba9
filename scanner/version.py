"""The version of the tool, in one place for the package's metadata and every report."""

VERSION = "0.1.0"
