"""What Apache Flink itself does with a configuration: sizes, durations, options, memory."""
