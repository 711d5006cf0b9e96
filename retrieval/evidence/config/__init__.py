"""Configuration and code, whole files or snippets, read into facts: which value is set where."""

from collections.abc import Callable, Mapping

from retrieval.evidence.config.environment import resolve_environment
from retrieval.evidence.config.languages import guess_language
from retrieval.evidence.config.nginx import read_nginx
from retrieval.evidence.config.setting import Setting
from retrieval.evidence.config.settings_files import read_dotenv, read_yaml
from retrieval.evidence.model import ConfigFact

__all__ = ["read_config", "resolve_environment"]

MAX_CHARACTERS = 100_000
"""Longer files are cut: configuration that people write by hand is shorter, bundles and lock files are longer."""
MAX_FACTS = 5_000


def read_config(name: str, text: str, first_line: int, language: str | None) -> list[ConfigFact]:
    """The facts of a configuration file, of code, or of a snippet of either, however incomplete.

    :param name: what the facts give as their source; its ending says the language if `language` doesn't.
    :param first_line: line of `name` at which `text` begins, from 1.
    :param language: of a Markdown fence, or None; guessed from the text if neither it nor the name tells.
    :returns: in the order of the lines; empty if the text is neither configuration nor code.
    """
    text = text[:MAX_CHARACTERS]
    known = guess_language(name, text, language)
    if known is None:
        return []
    lines = text.split("\n")
    return [
        ConfigFact(
            path=setting.path,
            value=setting.value,
            text=lines[min(setting.row, len(lines) - 1)].strip(),
            source=name,
            line=first_line + setting.row,
            language=known,
            literal=setting.literal,
            snippet=first_line,
        )
        for setting in _READERS.get(known, _read_code(known))(text)[:MAX_FACTS]
    ]


def _read_code(language: str) -> Callable[[str], list[Setting]]:
    def read(text: str) -> list[Setting]:
        # The grammars are loaded only when there is code to read.
        from retrieval.evidence.config.code import read_code

        return read_code(text, language)

    return read


_READERS: Mapping[str, Callable[[str], list[Setting]]] = {
    "dotenv": read_dotenv,
    "yaml": read_yaml,
    "nginx": read_nginx,
}
