"""Prometheus scrape objects and what they find."""
