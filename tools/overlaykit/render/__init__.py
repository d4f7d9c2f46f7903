"""Rendering: engines, rendered objects, and where their fields were set."""
