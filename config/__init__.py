"""Typed settings: models, loader, sample and JSON schema."""
