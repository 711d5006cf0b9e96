"""`causeway bot`: run the Discord bot."""

import typer


def bot() -> None:
    """Run the Discord bot until interrupted (extra `bot`); CAUSEWAY_DISCORD_TOKEN must be set."""
    import asyncio
    import logging

    from bot.errors import BotSetupError
    from bot.settings import BotSettings

    settings = BotSettings()
    try:
        import discord

        from bot.bot import run
    except ImportError as error:
        raise BotSetupError("the bot needs discord.py: pip install 'causeway[bot]'") from error

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(run(settings))
    except discord.LoginFailure as error:
        raise BotSetupError("Discord refuses CAUSEWAY_DISCORD_TOKEN: copy it from the developer portal") from error
    except discord.Forbidden as error:
        raise BotSetupError(
            "Discord refuses CAUSEWAY_DISCORD_GUILD: invite the bot to that server with the scope applications.commands"
        ) from error
    except (OSError, discord.DiscordServerError) as error:
        raise BotSetupError(f"no answer from Discord: {error}") from error
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
