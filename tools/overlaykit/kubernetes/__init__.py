"""What Kubernetes itself does with objects: pods, selectors, references by name."""
