"""What keeps the service up whatever is sent to it: limits of size, time, concurrency and rate."""
