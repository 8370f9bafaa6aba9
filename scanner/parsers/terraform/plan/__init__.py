"""Plan files, `terraform show -json`: what Terraform itself has worked out, laid over the configuration."""
