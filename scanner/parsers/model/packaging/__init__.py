"""Manifests of what packages and serves models: Triton, BentoML, KitOps, Ollama, ModelPack and DVC."""
