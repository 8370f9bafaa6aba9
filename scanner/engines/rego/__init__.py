"""The engine for Rego policies."""
