"""MLflow: what a packaged model needs and brings along, and what a model registry says of its versions."""
