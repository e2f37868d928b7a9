"""What a new document of an API must not do to programs that know the published one, within one version.

Taken away: an operation, an answer's status, a field of an answer, a field of a request. Demanded: a new field, header or
parameter. Narrowed: an enumeration, a length, a number. References are followed, so that moving a schema breaks nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

type Document = Mapping[str, Any]
METHODS = ("get", "put", "post", "patch", "delete")
LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaches(published: Document, now: Document) -> list[str]:
    """What breaks, as sentences; nothing when the version in `info` is another one."""
    if published["info"]["version"] != now["info"]["version"]:
        return []
    if "asyncapi" in published:
        return list(_of_letters(published, now))
    return list(_of_paths(published, now))


def _of_paths(old: Document, new: Document) -> Iterator[str]:
    for path, operations in old["paths"].items():
        for method in METHODS:
            if method not in operations:
                continue
            there = new["paths"].get(path, {}).get(method)
            where = f"{method.upper()} {path}"
            if there is None:
                yield f"{where} is gone"
            else:
                yield from _of_operation(where, operations[method], there, old, new)


def _of_operation(where: str, was: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    for status in was["responses"]:
        if status not in now["responses"]:
            yield f"{where} does not answer {status} any more"
            continue
        for kind, content in was["responses"][status].get("content", {}).items():
            there = now["responses"][status].get("content", {}).get(kind)
            if there is None:
                yield f"{where} does not answer {status} as {kind} any more"
            else:
                yield from _answer(f"{where} {status}", content.get("schema", {}), there.get("schema", {}), old, new)
    yield from _of_parameters(where, was, now, old, new)
    told, asked = _body(was), _body(now)
    if asked is not None and told is None and now["requestBody"].get("required"):
        yield f"{where} wants a body"
    if asked is None and told is not None:
        yield f"{where} takes no body any more"
    if asked is not None and told is not None:
        yield from _request(f"{where} body", told, asked, old, new)


def _body(operation: Document) -> Any:
    content = operation.get("requestBody", {}).get("content", {})
    return content["application/json"].get("schema", {}) if "application/json" in content else None


def _of_parameters(where: str, was: Document, now: Document, old: Document, new: Document) -> Iterator[str]:
    known = {(each["in"], each["name"].lower()): each for each in was.get("parameters", [])}
    there = {(each["in"], each["name"].lower()): each for each in now.get("parameters", [])}
    for place in known.keys() - there.keys():
        yield f"{where} takes no {place[0]} parameter {place[1]} any more"
    for place, each in there.items():
        before = known.get(place)
        if each.get("required") and not (before or {}).get("required"):
            yield f"{where} wants the {place[0]} parameter {place[1]}"
        if before is not None:
            yield from _request(f"{where} {place[1]}", before.get("schema", {}), each.get("schema", {}), old, new)


def _of_letters(old: Document, new: Document) -> Iterator[str]:
    """Letters are told to the sister: she must find what she found, and nothing beyond what she refuses to know."""
    for name, channel in old["channels"].items():
        there = new["channels"].get(name)
        if there is None:
            yield f"channel {name} is gone"
        elif (channel["address"], channel["bindings"]) != (there["address"], there["bindings"]):
            yield f"channel {name} moved"
    for name, message in old["components"]["messages"].items():
        there = new["components"]["messages"].get(name)
        if there is None:
            yield f"message {name} is gone"
            continue
        for part in ("headers", "payload"):
            yield from _request(f"{name} {part}", message[part], there[part], old, new)
            yield from _answer(f"{name} {part}", message[part], there[part], old, new)


# --- schemas


def _resolved(schema: Any, of: Document) -> Document:
    while "$ref" in schema:
        found: Any = of
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    resolved: Document = schema
    return resolved


def _choices(schema: Document, of: Document) -> list[Document]:
    """The schema as its alternatives, `null` among them."""
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    return [_resolved(each, of) for each in alternatives] if alternatives else [schema]


def _request(where: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    """What was taken must be taken still."""
    was, now = _resolved(was, old), _resolved(now, new)
    here, there = _choices(was, old), _choices(now, new)
    if len(here) > 1 or len(there) > 1:
        missing = {_kind(each) for each in here} - {_kind(each) for each in there}
        yield from (f"{where} takes no {kind} any more" for kind in sorted(missing))
        pairs = [(a, b) for a in here for b in there if _kind(a) == _kind(b) and _kind(a) in {"object", "array"}]
        for a, b in pairs:
            yield from _request(where, a, b, old, new)
        return
    yield from _narrowed(where, was, now)
    for name in now.get("required", []):
        if name not in was.get("required", []):
            yield f"{where}.{name} is wanted"
    for name, field in was.get("properties", {}).items():
        if name in now.get("properties", {}):
            yield from _request(f"{where}.{name}", field, now["properties"][name], old, new)
        else:
            yield f"{where}.{name} is not taken any more"
    if "items" in was and "items" in now:
        yield from _request(f"{where}[]", was["items"], now["items"], old, new)


def _answer(where: str, was: Any, now: Any, old: Document, new: Document) -> Iterator[str]:
    """What was told must be told still, in the same kind."""
    was, now = _resolved(was, old), _resolved(now, new)
    known, found = {_kind(each) for each in _choices(was, old)}, {_kind(each) for each in _choices(now, new)}
    if found - known and "any" not in known:
        yield f"{where} may be {', '.join(sorted(found - known))}"
    for name, field in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            yield f"{where}.{name} is not told any more"
            continue
        if name in was.get("required", []) and name not in now.get("required", []):
            yield f"{where}.{name} may be missing"
        yield from _answer(f"{where}.{name}", field, now["properties"][name], old, new)
    if "items" in was and "items" in now:
        yield from _answer(f"{where}[]", was["items"], now["items"], old, new)


def _kind(schema: Document) -> str:
    if "const" in schema:
        return f"“{schema['const']}”"
    return str(schema.get("type", "any"))


def _narrowed(where: str, was: Document, now: Document) -> Iterator[str]:
    if _kind(was) != _kind(now) and _kind(now) != "any":
        yield f"{where} was {_kind(was)} and is {_kind(now)}"
    if "enum" in now and (gone := set(was.get("enum", [])) - set(now["enum"])):
        yield f"{where} takes no {', '.join(map(str, sorted(gone)))} any more"
    if "enum" in now and "enum" not in was:
        yield f"{where} takes only some values"
    if now.get("pattern") not in (None, was.get("pattern")):
        yield f"{where} has another pattern"
    for word in LOWEST:
        if word in now and (word not in was or now[word] > was[word]):
            yield f"{where} has a higher {word}"
    for word in HIGHEST:
        if word in now and (word not in was or now[word] < was[word]):
            yield f"{where} has a lower {word}"
    if was.get("additionalProperties", True) and now.get("additionalProperties", True) is False:
        yield f"{where} takes no unknown fields any more"
