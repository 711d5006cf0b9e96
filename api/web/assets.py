"""Styles, scripts and pictures, under an address that changes with them, so that browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = Path(__file__).parent / "static"
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@dataclass(frozen=True)
class Asset:
    """A file as it is sent."""

    media_type: str
    plain: bytes
    compressed: bytes

    async def answer(self, request: Request) -> Response:
        """The file, compressed for who can read that."""
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers = {**_HEADERS, "Content-Encoding": "gzip"}
            return Response(self.compressed, media_type=self.media_type, headers=headers)
        return Response(self.plain, media_type=self.media_type, headers=_HEADERS)


class Assets:
    """The files of a folder, in memory.

    All of them share one version, of which their addresses begin: a module finds another one, and a style its picture,
    by a relative address.
    """

    def __init__(self, folder: Path) -> None:
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        version = hashlib.sha256(b"".join(name.encode() + content for name, content in files.items())).hexdigest()[:16]
        self._base = f"/assets/{version}"
        self._assets: Mapping[str, Asset] = {
            f"{self._base}/{name}": Asset(_media_type(name), content, gzip.compress(content, mtime=0))
            for name, content in files.items()
        }

    def url(self, name: str) -> str:
        """The address of a file."""
        url = f"{self._base}/{name}"
        if url not in self._assets:
            raise KeyError(name)
        return url

    def urls(self) -> frozenset[str]:
        """The addresses of all files; they need no key."""
        return frozenset(self._assets)

    def routes(self) -> Iterator[Route]:
        """A route for each file."""
        for url, asset in self._assets.items():
            yield Route(url, asset.answer, include_in_schema=False)


def _media_type(name: str) -> str:
    # Not as the machine has it configured: some serve scripts as plain text, which browsers refuse to run.
    known = {".js": "text/javascript", ".svg": "image/svg+xml"}
    return known.get(Path(name).suffix) or mimetypes.types_map[Path(name).suffix]


assets = Assets(_FOLDER)
