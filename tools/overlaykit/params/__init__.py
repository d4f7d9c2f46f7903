"""Facts and parameters: what a cluster may set, what it sets, and the edit that sets it."""
