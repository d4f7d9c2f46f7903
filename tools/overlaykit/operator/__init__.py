"""What the Flink Kubernetes Operator does with its resources: refuse, upgrade, scale, merge."""
