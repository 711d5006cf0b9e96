"""nginx's configuration: directives that end with a semicolon, in blocks."""

import re

from retrieval.evidence.config.setting import Setting

# The length of a quoted word is bounded, so that many quotes that nothing closes don't take quadratic time.
_TOKEN = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\]){0,2000}"|'(?:\\.|[^'\\]){0,2000}'|[;{}]|[^\s;{}"'#]+|["']""")


def read_nginx(text: str) -> list[Setting]:
    """Every directive, under the blocks around it: "server.location /auth.add_header" with its words as value.

    Unfinished blocks are read as far as they go.
    """
    settings: list[Setting] = []
    blocks: list[str] = []
    words: list[str] = []
    row = position = 0
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word.startswith("#"):
            continue
        if word == "{":
            blocks.append(" ".join(words))
            words = []
        elif word == "}":
            del blocks[-1:]
            words = []
        elif word == ";":
            if words:
                value = words[1] if len(words) == 2 else tuple(words[1:])
                settings.append(Setting(".".join([*blocks, words[0]]), value, row))
            words = []
        else:
            if not words:
                row += text.count("\n", position, token.start())
                position = token.start()
            words.append(word.strip("\"'"))
    return settings
