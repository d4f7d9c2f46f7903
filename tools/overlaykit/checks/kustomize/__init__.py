"""Checks of Kustomize: what it builds, and what it silently does not."""
