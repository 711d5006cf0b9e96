"""The folder of builds: which there are, which one is served, and the switch between them.

A build is published by replacing the one-line file `current`, which is atomic. Builds are never changed once they are
there, so a reader that holds an older one is not disturbed.
"""

import uuid
from pathlib import Path

from indexer.errors import NoIndex, UnknownBuild, UnusableIndex
from indexer.manifest import MANIFEST, Manifest, read_manifest

CURRENT = "current"


def current_build(root: Path) -> Path:
    """Folder of the build that is served.

    :raises NoIndex: if none was published.
    :raises UnknownBuild: if the published one was removed.
    """
    return build_folder(root, current_id(root))


def current_id(root: Path) -> str:
    """Id of the build that is served, whether or not it is still there.

    :raises NoIndex: if none was published.
    """
    try:
        return (root / CURRENT).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoIndex(root) from error


def build_folder(root: Path, build_id: str) -> Path:
    """Folder of one build.

    :raises UnknownBuild: if there is none of this id.
    """
    # An id is a name in this folder, never a path out of it.
    if build_id not in (path.parent.name for path in root.glob(f"[!.]*/{MANIFEST}")):
        raise UnknownBuild(build_id, root)
    return root / build_id


def publish(root: Path, build_id: str) -> None:
    """Serve this build from now on.

    :raises UnknownBuild: if there is none of this id.
    """
    build_folder(root, build_id)
    staged = root / f".{CURRENT}-{uuid.uuid4().hex}"
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
    """Serve the newest readable build that is older than the current one, which may itself be damaged or gone.

    :raises NoIndex: if none was published.
    :raises UnknownBuild: if there is no older one.
    """
    current = current_id(root)
    # Ids begin with the time of the build, so that they sort by age even where a manifest can't be read.
    older = next((manifest for manifest in list_builds(root) if manifest.id < current), None)
    if older is None:
        raise UnknownBuild(f"before {current}", root)
    publish(root, older.id)
    return older
