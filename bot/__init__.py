"""The Discord bot: knows the service by its Python client only."""
