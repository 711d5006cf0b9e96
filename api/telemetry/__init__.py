"""What the service tells its operators: logs, metrics, traces. Never a symptom, evidence, or a secret."""
