"""Modules that are not part of the repository: what their addresses mean, where a copy lies, and how one is fetched."""
