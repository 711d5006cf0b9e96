"""The product's own exchanges among all that were recorded."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb import ProductEvidence
from retrieval.evidence.detectors.config_view import setting_name
from retrieval.evidence.detectors.exchange_view import View, is_page_or_asset, view_exchanges
from retrieval.evidence.detectors.expressions import Expression, Scope
from retrieval.evidence.detectors.functions import origin_of
from retrieval.evidence.model import Artifacts, Exchange


@dataclass(frozen=True)
class OwnExchange:
    """An exchange of the product, as it was read and as expressions see it."""

    exchange: Exchange
    view: View
    scope: Scope


class OwnTraffic:
    """Finds the exchanges that the product's content declares to be its own."""

    def __init__(self, product: ProductEvidence) -> None:
        self._api = Expression(product.api) if product.api else None
        self._api_settings = frozenset(product.api_settings)
        self._kinds: Mapping[str, Expression] = {
            name: Expression(expression) for name, expression in product.exchanges.items()
        }

    def find(self, artifacts: Artifacts) -> list[OwnExchange]:
        """Exchanges with the API, and those of a declared kind; each knows which kinds it is of."""
        views = view_exchanges(artifacts.exchanges)
        scopes = [Scope(view) for view in views]
        is_api = [self._api is not None and self._api.holds(scope) for scope in scopes]
        origins = {view["origin"] for view, own in zip(views, is_api, strict=True) if own and view["origin"]}
        origins |= set(self._configured_origins(artifacts))
        return [
            OwnExchange(exchange, view, scope)
            for exchange, view, scope, own in zip(artifacts.exchanges, views, scopes, is_api, strict=True)
            if self._name(scope, view, is_own=own or (view["origin"] in origins and not is_page_or_asset(exchange)))
        ]

    def _name(self, scope: Scope, view: View, *, is_own: bool) -> bool:
        """Put `api` and the kinds into the scope of an exchange; whether it is of any."""
        names: dict[str, Any] = {"api": is_own}
        scope.set("api", is_own)
        for kind, expression in self._kinds.items():
            names[kind] = expression.holds(scope)
            scope.set(kind, names[kind])
        view |= names
        return any(names.values())

    def _configured_origins(self, artifacts: Artifacts) -> Iterator[str]:
        for fact in artifacts.config:
            is_address = fact.literal and isinstance(fact.value, str) and "://" in fact.value
            if is_address and setting_name(fact.path) in self._api_settings:
                with contextlib.suppress(ValueError):  # not a URL after all
                    yield origin_of(str(fact.value))
