"""Markdown for GitHub and GitLab: the summary of a job, and the comment on a pull request."""
