"""Judges by the checks of Checkov, which runs in supervised processes of its own and is never imported here."""
