"""Resources of the Flink Kubernetes Operator: what it refuses, and what surprises."""
