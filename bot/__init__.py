"""The Discord bot: an HTTP client of the API."""
