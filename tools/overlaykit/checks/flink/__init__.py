"""Checks of the configuration of Apache Flink."""
