"""What the bot knows from one day to the next; kept by the API, so that every replica knows it."""
