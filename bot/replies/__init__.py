"""What the bot says: pure functions from what the service answers to cards within Discord's limits."""
