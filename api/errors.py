"""What keeps the service from starting.

ServiceError
├── UnusableRateLimitStore   the store that replicas share their counts in
├── MissingExtra             a setting asks for what isn't installed
└── PublicWithoutKeys        it would answer strangers
"""


class ServiceError(Exception):
    """Base of everything that keeps the service from starting."""


class UnusableRateLimitStore(ServiceError):
    """The store of rate limits can't be used; the message says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"CAUSEWAY_RATE_LIMIT_STORE can't be used: {reason}")


class MissingExtra(ServiceError):
    """A setting asks for something whose libraries aren't installed."""

    def __init__(self, setting: str, extra: str) -> None:
        super().__init__(f"CAUSEWAY_{setting.upper()} needs more libraries: pip install 'causeway[{extra}]'")


class PublicWithoutKeys(ServiceError):
    """The service would listen for other machines, and there is no key that tells who may ask."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} can be reached from other machines, and there are no API keys: make one with "
            "`causeway keys create NAME`, or listen on 127.0.0.1"
        )
