"""The worker's side: the only modules that import Checkov, in a process of its own."""
