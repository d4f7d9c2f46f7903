"""Checks of what Argo CD will do with an Application."""
