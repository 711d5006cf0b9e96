"""Read a page of HTML as a browser does, for tests of what is in it."""

from html.parser import HTMLParser

_VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """Elements and text of a page; an element that is not closed where it should be is an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[tuple[str, int]] = []
        self._texts: list[tuple[str, str]] = []
        self.feed(str(html))  # of markupsafe's Markup, pieces would be escaped again
        self.close()
        assert self._open == [], f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append((tag, len(self.text)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and self._open[-1][0] != "p":
            return
        opened, start = self._open.pop()
        assert opened == tag, f"</{tag}> closes another element"
        self._texts.append((tag, self.text[start:].strip()))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def tags(self) -> set[str]:
        """Names of all elements."""
        return {tag for tag, _ in self.elements}

    def texts(self, tag: str) -> list[str]:
        """What is written in each element of this name."""
        return [text for name, text in self._texts if name == tag]

    def values(self, *names: str) -> list[str]:
        """Values of these attributes, of whichever element."""
        return [value or "" for _, attributes in self.elements for name, value in attributes.items() if name in names]
