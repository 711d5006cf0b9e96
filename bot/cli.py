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
        from bot.request_ids import name_request
    except ImportError as error:
        raise BotSetupError("the bot needs discord.py: pip install 'causeway[bot]'") from error

    handler = logging.StreamHandler()
    handler.addFilter(name_request)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s", handlers=[handler]
    )
    # A line for each request to the API says too little.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(run(settings))
    except discord.LoginFailure as error:
        raise BotSetupError("Discord refuses CAUSEWAY_DISCORD_TOKEN: copy it from the developer portal") from error
    except discord.PrivilegedIntentsRequired as error:
        raise BotSetupError(
            "Discord refuses the message content intent: enable it in the developer portal (Bot, Privileged Gateway "
            "Intents), or unset CAUSEWAY_DISCORD_MESSAGE_CONTENT and do without answers in forums"
        ) from error
    except discord.Forbidden as error:
        raise BotSetupError(
            "Discord refuses CAUSEWAY_DISCORD_GUILD: invite the bot to that server with the scope applications.commands"
        ) from error
    except (OSError, discord.DiscordServerError) as error:
        raise BotSetupError(f"no answer from Discord: {error}") from error
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
