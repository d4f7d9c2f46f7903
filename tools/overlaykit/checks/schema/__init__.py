"""Checks against the schemas of Kubernetes and of custom resources."""
