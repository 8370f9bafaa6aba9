"""Charts and overlays as the cluster gets them, rendered by the tools of everywhere else and traced to their files."""
