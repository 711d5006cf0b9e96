"""What an operation demands of its caller's key."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPBearer

from api.security.keys import Caller, Scope

# Keys were looked at long before; this is for the OpenAPI document.
_BEARER = HTTPBearer(
    scheme_name="ApiKey", description="A key that an operator made with `causeway keys create`.", auto_error=False
)


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]


def requires(scope: Scope) -> Any:  # noqa: ANN401 -- what FastAPI declares dependencies with is of no public type
    """A dependency of routers and operations: 403 for keys without this scope, 401 where a key would help."""

    async def check(caller: CurrentCaller, _: Annotated[object, Security(_BEARER, scopes=[scope.value])]) -> None:
        if caller.may(scope):
            return
        if caller.has_key:
            held = ", ".join(sorted(caller.scopes))
            raise HTTPException(HTTPStatus.FORBIDDEN, f"this needs a key with the scope '{scope}'; yours has {held}")

        raise HTTPException(
            HTTPStatus.UNAUTHORIZED,
            f"this needs a key with the scope '{scope}': send it in the header Authorization, after 'Bearer '",
            headers={"WWW-Authenticate": "Bearer"},
        )

    return Depends(check)
