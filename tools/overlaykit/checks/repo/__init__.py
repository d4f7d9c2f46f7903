"""Checks of a repository as a whole."""
