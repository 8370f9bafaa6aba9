"""Makes the schemas of what policies see as input again, from the schemas of providers and of Kubernetes."""
