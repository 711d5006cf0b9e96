"""How pages ask the REST API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request

from api.in_process import client_for

if TYPE_CHECKING:
    from api.client import AsyncCausewayClient


@asynccontextmanager
async def inquire(request: Request) -> "AsyncIterator[AsyncCausewayClient]":
    """A client that asks in the name of who asked for the page.

    :raises HTTPException: with the status and the words of what is refused, for a page that has no better answer.
    """
    from api.client.errors import Refused

    async with client_for(request) as causeway:
        try:
            yield causeway
        except Refused as error:
            if error.problem is None:
                raise HTTPException(422, str(error)) from error
            raise HTTPException(error.problem.status, error.problem.detail) from error
