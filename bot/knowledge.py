"""The API, as the bot asks it: never too many at once, never for longer than people wait, and errors in their words."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.client import AsyncCausewayClient, ClientError, InvalidRequest, NotAllowed, NotFound, Overloaded
from bot.errors import Trouble
from bot.replies.text import quoted
from bot.request_ids import current_request

logger = logging.getLogger(__name__)

AT_ONCE = 16
"""Requests in flight. A burst waits here, in order, rather than being turned away by the API."""
DETAIL_CHARACTERS = 500


class Knowledge:
    """Access to the API for as long as an answer may take."""

    def __init__(self, client: AsyncCausewayClient, answer_seconds: float) -> None:
        self._client = client
        self._answer_seconds = answer_seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[AsyncCausewayClient]:
        """The client, for requests that somebody waits for.

        :raises Trouble: for whatever goes wrong with them within the block.
        """
        reference = current_request.get()
        try:
            async with asyncio.timeout(self._answer_seconds), self._places:
                yield self._client
        except TimeoutError as error:
            logger.warning("the API took longer than %g s", self._answer_seconds)
            raise Trouble("api_slow", reference=reference) from error
        except Overloaded as error:
            logger.warning("the API is overloaded: %s", error)
            raise Trouble("api_busy", reference=reference) from error
        except InvalidRequest as error:
            raise Trouble("refused", detail=quoted(str(error), DETAIL_CHARACTERS)) from error
        except NotFound as error:
            raise Trouble("gone") from error
        except NotAllowed as error:
            logger.error("CAUSEWAY_API_KEY doesn't allow this: %s", error)  # noqa: TRY400 -- the trace says no more
            raise Trouble("not_allowed", reference=reference) from error
        except ClientError as error:
            logger.exception("the API doesn't answer")
            raise Trouble("api_down", reference=reference) from error
