"""Checks of what the API server will do with an object."""
