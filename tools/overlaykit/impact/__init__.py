"""What applying a change will do to every job: from two trees to verdicts and hazards."""
