"""Family monitoring: whether metrics are there, found and shown."""
