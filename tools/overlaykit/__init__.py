"""overlaykit: make, render, validate and explain Flink overlays of an Argo CD repository."""

__version__ = "0.1.0"
