"""Flink SQL as text: its tokens, statements, tables and queries. Knows nothing of Kubernetes."""
