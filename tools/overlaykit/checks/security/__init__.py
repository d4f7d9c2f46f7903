"""Family security: what leaks, what stands open, what a cluster refuses to run."""
