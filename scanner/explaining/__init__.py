"""Tells where the value behind a finding came from, which clauses it touches, and where a change mends it."""
