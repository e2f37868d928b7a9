"""Reads the form of a page as a browser would, so that the demo can fill it in like a customer."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The fields of the first form that is posted: hidden ones, and boxes that are ticked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._is_inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the fields that would be sent."""
        found = dict(attrs)
        if tag == "form":
            self._is_inside = (found.get("method") or "").lower() == "post"
        name, kind = found.get("name"), found.get("type")
        if self._is_inside and tag == "input" and name and (kind != "checkbox" or "checked" in found):
            self.fields.append((name, found.get("value") or "on"))

    def handle_endtag(self, tag: str) -> None:
        """Leave the form."""
        if tag == "form":
            self._is_inside = False

    def without(self, name: str, value: str, *, act: str) -> dict[str, list[str]]:
        """What is posted after one box was unticked and a button was pressed: values by field."""
        posted = {"act": [act]}
        for field, ticked in self.fields:
            if (field, ticked) != (name, value):
                posted.setdefault(field, []).append(ticked)
        return posted
