"""The product's Python SDK in a FastAPI app. SETUP as in api.mjs, with `exposed`: the app's own expose list."""

import asyncio
import json
import os
from socket import socket
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from supertokens_python import InputAppInfo, SupertokensConfig, get_all_cors_headers, init
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.recipe import emailpassword, session
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.fastapi import verify_session

setup = json.loads(os.environ["SETUP"])
info = setup["appInfo"]
init(
    app_info=InputAppInfo(app_name="Shop", api_domain=info["apiDomain"], website_domain=info["websiteDomain"]),
    supertokens_config=SupertokensConfig(connection_uri=setup["core"]),
    framework="fastapi",
    mode="asgi",
    debug=True,
    recipe_list=[emailpassword.init(), session.init()],
)
app = FastAPI()
cors: dict[str, Any] = {
    "allow_origins": [info["websiteDomain"]],
    "allow_credentials": True,
    "allow_methods": ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"],
    "allow_headers": ["Content-Type", *get_all_cors_headers()],
}
if setup.get("corsInside"):
    app.add_middleware(CORSMiddleware, **cors)
    app.add_middleware(get_middleware())
else:
    app.add_middleware(get_middleware())
    app.add_middleware(CORSMiddleware, **cors, expose_headers=setup.get("exposed", ()))


@app.get("/sessioninfo")
async def sessioninfo(session: Annotated[SessionContainer, Depends(verify_session())]) -> dict[str, str]:
    return {"userId": session.get_user_id()}


class Server(uvicorn.Server):
    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        print("ready", flush=True)  # noqa: T201


tls = setup.get("tls") or {}
config = uvicorn.Config(app, port=setup["port"], ssl_keyfile=tls.get("key"), ssl_certfile=tls.get("cert"))
asyncio.run(Server(config).serve())
