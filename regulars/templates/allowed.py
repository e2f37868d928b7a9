"""What may stand in an email as HTML: tags, attributes, styles and links by list; everything else is cleaned away."""

import re

import nh3

SCHEMES = ("https", "http", "mailto", "tel", "cid")
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "base", "embed", "param", "track"}
TAGS = {
    "a", "abbr", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "div",
    "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd",
    "li", "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "wbr", "article", "header", "footer", "main",
}  # fmt: skip
_EVERYWHERE = {
    "align", "bgcolor", "class", "dir", "height", "id", "lang", "role", "style", "title", "valign", "width", "aria-hidden",
    "aria-label",
}  # fmt: skip
ATTRIBUTES = {
    "*": _EVERYWHERE,
    "a": {"href", "name", "target", "rel"},
    "img": {"src", "alt", "border"},
    "table": {"border", "cellpadding", "cellspacing", "summary", "background"},
    "td": {"abbr", "background", "colspan", "headers", "nowrap", "rowspan", "scope"},
    "th": {"abbr", "background", "colspan", "headers", "nowrap", "rowspan", "scope"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "li": {"value"},
    "col": {"span"},
    "colgroup": {"span"},
    "blockquote": {"cite"},
}
LINKS = {"href", "src", "background", "cite", "action", "formaction", "poster", "background-url", "xlink:href"}
_SIDES = ("", "-top", "-right", "-bottom", "-left")
_STYLES = {
    "background", "background-color", "background-image", "background-position", "background-repeat", "background-size",
    "border-collapse", "border-radius", "border-spacing", "box-shadow", "box-sizing", "caption-side", "clear", "color",
    "color-scheme", "direction", "display", "float", "font", "font-family", "font-size", "font-style", "font-variant",
    "font-weight", "height", "letter-spacing", "line-height", "list-style", "list-style-position", "list-style-type",
    "max-height", "max-width", "min-height", "min-width", "mso-hide", "mso-line-height-rule", "mso-padding-alt",
    "mso-table-lspace", "mso-table-rspace", "opacity", "outline", "overflow", "overflow-wrap", "table-layout", "text-align",
    "text-decoration", "text-indent", "text-overflow", "text-transform", "vertical-align", "visibility", "white-space",
    "width", "word-break", "word-spacing", "word-wrap", "object-fit", "-webkit-text-size-adjust", "-ms-text-size-adjust",
    "-ms-interpolation-mode",
    *(f"{name}{side}" for name in ("border", "margin", "padding") for side in _SIDES),
    *(f"border{side}-{what}" for side in _SIDES for what in ("color", "style", "width")),
    *(f"border-{y}-{x}-radius" for y in ("top", "bottom") for x in ("left", "right")),
}  # fmt: skip
_WILD_STYLE = re.compile(
    r"expression\s*\(|javascript|vbscript|\\|url\(\s*['\"]?\s*(?!https?://|['\"]?\s*\))[a-z-]+:", re.I
)
_LATE_TBODY = re.compile(r"(<table\b[^>]*>\s*)((?:<!--[^>]*-->\s*)+)<tbody>")
_SCHEME = re.compile(r"[^a-z0-9+.:/?#-]*([a-z][a-z0-9+.-]*):", re.I)


def clean(html: str, *, written: str = "") -> str:
    """Leave only what is allowed; comments stay, since Liquid travels in them and those of authors are gone before.

    `written` is what the author wrote, if it was parsed before: parsers add a <tbody> that nobody wrote, behind a loop that
    begins before the first row.
    """
    cleaned = _cleaner.clean(html)
    if "<tbody" in (written or html).lower():
        return cleaned
    return _LATE_TBODY.sub(r"\1<tbody>\2", cleaned)


def is_link(address: str) -> bool:
    """Whether an email may lead there: no scheme, or one of the few."""
    squeezed = "".join(letter for letter in address if letter > " ")
    found = _SCHEME.match(squeezed)
    return found is None or found[1].lower() in SCHEMES


def _attribute(_tag: str, name: str, value: str) -> str | None:
    return None if name == "style" and _WILD_STYLE.search(value) else value


_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style", "title", "noscript", "iframe", "object", "template", "svg", "math"},
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    strip_comments=False,
    link_rel=None,
    url_schemes=set(SCHEMES),
    filter_style_properties=_STYLES,
)
