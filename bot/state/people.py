"""The SDK whose code somebody wants to see, once they chose one."""

from api.client import AsyncCausewayClient, ClientError, NotFound

COLLECTION = "discord-people"
MAX_REMEMBERED = 10_000


class People:
    """Choices by Discord user id."""

    def __init__(self, client: AsyncCausewayClient) -> None:
        self._client = client
        self._known: dict[int, str | None] = {}

    async def sdk(self, person: int) -> str | None:
        """What they chose; None if nothing, or if the API doesn't answer."""
        if person not in self._known:
            try:
                document = await self._client.document(COLLECTION, str(person))
                chosen = str(document.body["sdk"])
            except NotFound:
                chosen = None
            except ClientError:
                return None
            self._remember(person, chosen)
        return self._known[person]

    async def choose(self, person: int, sdk: str) -> None:
        """Remember a choice.

        :raises ClientError: if the API doesn't take it.
        """
        await self._client.put_document(COLLECTION, str(person), {"sdk": sdk})
        self._remember(person, sdk)

    def _remember(self, person: int, sdk: str | None) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[person] = sdk
