"""Checks of Confluent Manager for Apache Flink."""
