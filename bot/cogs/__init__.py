"""What people can do with the bot on Discord, by subject. What it says is in `bot.replies`."""
