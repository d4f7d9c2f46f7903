"""What is known of Confluent Manager for Apache Flink (CMF) and Confluent for Kubernetes (CFK)."""
