"""Files that hold nothing but settings: .env and YAML (Docker Compose, serverless.yml, Kubernetes)."""

import io
from collections.abc import Iterator

import yaml
from dotenv.parser import parse_stream

from retrieval.evidence.config.setting import Setting
from retrieval.evidence.model import ConfigValue

_WORDS: dict[str, ConfigValue] = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_WORDS |= dict.fromkeys(("", "null", "~"))


def read_dotenv(text: str) -> list[Setting]:
    """One setting a line; lines that are none are skipped."""
    return [
        Setting(binding.key, binding.value, binding.original.line - 1)
        for binding in parse_stream(io.StringIO(text))
        if binding.key and not binding.error and binding.value is not None
    ]


def read_yaml(text: str) -> list[Setting]:
    """Every scalar under the keys that lead to it, up to the first line that is not YAML.

    An item `NAME=value` of a list, as in Compose's `environment`, is read as a key. Items of a list share its path.
    """
    settings: list[Setting] = []
    try:
        for path, event in _scalars(text):
            row = event.start_mark.line if event.start_mark else 0
            name, assigned, value = event.value.partition("=")
            if path.endswith("environment") and assigned and name.isidentifier():
                settings.append(Setting(f"{path}.{name}", value, row))
            else:
                settings.append(Setting(path, _scalar(event), row))
    except yaml.YAMLError:
        pass  # the settings before it have been read
    return settings


def _scalars(text: str) -> Iterator[tuple[str, yaml.ScalarEvent]]:
    """Each scalar that is no key, with its path. Reads events: neither aliases nor tags are followed."""
    keys: list[str | None] = []
    """For each open mapping its current key; None if a key comes next, "" for a list."""
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            keys.pop()
            _next_key(keys)
        elif isinstance(event, yaml.MappingStartEvent):
            keys.append(None)
        elif isinstance(event, yaml.SequenceStartEvent):
            keys.append("")
        elif isinstance(event, yaml.ScalarEvent) and keys and keys[-1] is None:
            keys[-1] = event.value
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            if isinstance(event, yaml.ScalarEvent) and keys:
                yield ".".join(key for key in keys if key), event
            _next_key(keys)


def _next_key(keys: list[str | None]) -> None:
    if keys and keys[-1] != "":
        keys[-1] = None


def _scalar(event: yaml.ScalarEvent) -> ConfigValue:
    """The value as YAML reads it, if it is written without quotes."""
    is_plain = event.implicit[0]
    if is_plain and event.value.lower() in _WORDS:
        return _WORDS[event.value.lower()]
    return int(event.value) if is_plain and event.value.isdecimal() and len(event.value) < 10 else event.value
