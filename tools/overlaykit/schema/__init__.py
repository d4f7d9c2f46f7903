"""Schemas: where they lie (store), what they say of an object (judge), how they are made (sync)."""
