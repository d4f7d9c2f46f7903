"""Checks of YAML text."""
