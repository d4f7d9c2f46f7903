"""The Flink Kubernetes Operator: what it refuses, upgrades and merges."""
