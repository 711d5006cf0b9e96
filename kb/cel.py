"""The engine of CEL, when it is first needed."""

import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType

_PACKAGE, _ENGINE = "cel", "cel.cel"
_loading = threading.Lock()  # the engine can't be loaded twice


def load_cel() -> ModuleType:
    """`cel`, without the command line that its package always loads, of 10 MB and a tenth of a second.

    :raises ModuleNotFoundError: if it isn't installed.
    """
    with _loading:
        if _ENGINE not in sys.modules:
            # Who imports the package all the same gets this one, too.
            sys.modules[_ENGINE] = _load_engine()
        return sys.modules[_ENGINE]


def _load_engine() -> ModuleType:
    package = find_spec(_PACKAGE)
    folders = package.submodule_search_locations if package else None
    spec = PathFinder.find_spec(_ENGINE, folders) if folders else None
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("No module named 'cel': pip install 'causeway[serve]'", name=_PACKAGE)
    engine = module_from_spec(spec)
    spec.loader.exec_module(engine)
    return engine
