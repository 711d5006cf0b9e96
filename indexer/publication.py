"""The folder of builds: which there are, which one is served, and the switch between them.

A build is published by replacing the one-line file `current`, which is atomic. Builds are never changed once they are
there, so a reader that holds an older one is not disturbed.
"""

import os
from pathlib import Path

from indexer.artifact import MANIFEST, Manifest, read_manifest
from indexer.errors import NoIndex, UnknownBuild, UnusableIndex

CURRENT = "current"


def current_build(root: Path) -> Path:
    """Folder of the build that is served.

    :raises NoIndex: if none was published.
    :raises UnknownBuild: if the published one was removed.
    """
    try:
        build_id = (root / CURRENT).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NoIndex(root) from error
    return build_folder(root, build_id)


def build_folder(root: Path, build_id: str) -> Path:
    """Folder of one build.

    :raises UnknownBuild: if there is none of this id.
    """
    folder = root / build_id
    if folder.parent != root or not (folder / MANIFEST).is_file():
        raise UnknownBuild(build_id, root)
    return folder


def publish(root: Path, build_id: str) -> None:
    """Serve this build from now on.

    :raises UnknownBuild: if there is none of this id.
    """
    build_folder(root, build_id)
    staged = root / f".{CURRENT}-{os.getpid()}"
    staged.write_text(build_id + "\n", encoding="utf-8")
    staged.replace(root / CURRENT)


def list_builds(root: Path) -> list[Manifest]:
    """The manifests of all readable builds, newest first."""
    builds = []
    for path in root.glob(f"[!.]*/{MANIFEST}"):
        try:
            builds.append(read_manifest(path.parent))
        except UnusableIndex:
            continue  # `verify` tells about damaged builds; a list of those to choose from leaves them out
    return sorted(builds, key=lambda manifest: (manifest.built_at, manifest.id), reverse=True)


def rollback(root: Path) -> Manifest:
    """Serve the newest build that is older than the current one.

    :raises NoIndex: if none was published.
    :raises UnknownBuild: if there is no older one.
    """
    current = current_build(root).name
    builds = list_builds(root)
    ids = [manifest.id for manifest in builds]
    position = ids.index(current) + 1 if current in ids else 0
    if position >= len(builds):
        raise UnknownBuild(f"before {current}", root)
    publish(root, ids[position])
    return builds[position]
