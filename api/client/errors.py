"""What can go wrong between a client and the service.

ClientError
├── Unreachable          no answer: wrong address, service down, too slow
├── UnexpectedAnswer     an answer that this version of the client can't read
└── Refused              the service says why it won't
    ├── InvalidRequest   what was asked is at fault; the message is fit for who asked
    ├── NotAllowed       no API key, or one that doesn't allow this
    ├── NotFound         there is no such thing
    ├── Conflict         it was changed meanwhile, exists already, or contradicts what is stored
    ├── Overloaded       too many requests, still after all retries
    └── ServiceFailed    its own fault
"""

from http import HTTPStatus

import httpx
from pydantic import ValidationError

from api.shapes.problems import MEDIA_TYPE, Problem


class ClientError(Exception):
    """Base of everything this package raises."""


class Unreachable(ClientError):
    """No answer came: the address is wrong, the service is down, or it takes too long."""


class UnexpectedAnswer(ClientError):
    """Something answers that isn't the service, or another version of it."""


class Refused(ClientError):
    """The service explains why it doesn't do what it was asked; the message is its explanation."""

    def __init__(self, detail: str, problem: Problem | None = None) -> None:
        super().__init__(detail)
        self.problem = problem
        """The whole explanation; None if the request wasn't even sent."""


class InvalidRequest(Refused):
    """What was asked can't be answered as it stands."""


class NotAllowed(Refused):
    """The API key is missing, unknown, or doesn't allow this."""


class NotFound(Refused):
    """There is nothing of this id."""


class Conflict(Refused):
    """Something else was stored meanwhile, or before."""


class Overloaded(Refused):
    """The service has too much to do, or this client asks too much."""


class ServiceFailed(Refused):
    """Something went wrong in the service."""


_OF_STATUS: dict[int, type[Refused]] = {
    HTTPStatus.UNAUTHORIZED: NotAllowed,
    HTTPStatus.FORBIDDEN: NotAllowed,
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.CONFLICT: Conflict,
    HTTPStatus.PRECONDITION_FAILED: Conflict,
    HTTPStatus.TOO_MANY_REQUESTS: Overloaded,
    HTTPStatus.SERVICE_UNAVAILABLE: Overloaded,
}


def error_of(response: httpx.Response) -> ClientError:
    """What a response that isn't a success means."""
    media_type, _, _ = response.headers.get("content-type", "").partition(";")
    if media_type == MEDIA_TYPE:
        try:
            problem = Problem.model_validate_json(response.content)
        except ValidationError:
            return unexpected(response)
        other = ServiceFailed if response.is_server_error else InvalidRequest
        return _OF_STATUS.get(response.status_code, other)(problem.detail, problem)
    return unexpected(response)


def unexpected(response: httpx.Response) -> UnexpectedAnswer:
    """A response that can't be read; its text is not repeated, it may be a whole page."""
    url = response.request.url
    return UnexpectedAnswer(
        f"{url.scheme}://{url.netloc.decode()} doesn't answer as this version of Causeway does "
        f"({response.request.method} {url.path}: {response.status_code} {response.reason_phrase})"
    )
