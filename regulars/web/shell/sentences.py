"""Consent in one sentence: what a person hears from us, and what a change has changed."""

from collections.abc import Iterable, Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from regulars.web.shell.channels import look
from regulars.web.shell.faces import Mailing, Switch

FEW = 3


def joined(words: Sequence[str], last: str | None = None) -> str:
    """Join words as a sentence does: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    pattern = last or _("%(first)s and %(last)s")
    return pattern % {"first": ", ".join(words[:-1]), "last": words[-1]}


def by_channels(channels: Sequence[str], last: str | None = None) -> str:
    """Name channels in a sentence: by SMS and email."""
    first, *others = (look(c) for c in channels)
    return joined([str(first.by), *(str(o.also) for o in others)], last)


def _topics_by_channel(mailings: Iterable[Mailing], closed: set[str]) -> dict[str, list[str]]:
    heard: dict[str, list[str]] = {}
    for mailing in mailings:
        for cell in mailing.cells:
            if cell.on is None or cell.locked:
                continue
            topics = heard.setdefault(cell.channel, [])
            if cell.on and cell.channel not in closed:
                topics.append(mailing.topic)
    return heard


def _clauses(heard: dict[str, list[str]], everything: list[str]) -> list[str]:
    channels: dict[tuple[str, ...], list[str]] = {}
    for channel, topics in heard.items():
        if topics:
            channels.setdefault(tuple(topics), []).append(channel)
    return [
        _("%(by)s about %(topics)s") % {"by": by_channels(heard_by), "topics": _about(topics_heard, everything)}
        for topics_heard, heard_by in channels.items()
    ]


def _about(topics: Sequence[str], everything: Sequence[str]) -> str:
    """Name the topics, or what is missing from everything when that is shorter."""
    missing = [topic for topic in everything if topic not in topics]
    if everything and not missing:
        return _("everything")
    if len(topics) >= FEW and len(missing) < len(topics):
        return _("everything except %(topics)s") % {"topics": joined(missing)}
    return joined(topics)


def hears(mailings: Sequence[Mailing], switches: Sequence[Switch] = ()) -> str:
    """Say what a person hears: "You hear from us by email about points; nothing by SMS."

    Locked cells are left out: nobody chose them. A channel that is switched off as a whole is silent.
    """
    heard = _topics_by_channel(mailings, {s.channel for s in switches if not s.on})
    everything = [m.topic for m in mailings if any(c.on is not None and not c.locked for c in m.cells)]
    clauses = _clauses(heard, everything if len(everything) > 1 else [])
    silent = [channel for channel, topics in heard.items() if not topics]
    if not clauses:
        return _("You hear nothing from us except what the programme must tell you.")
    if silent:
        none_of = by_channels(silent, _("%(first)s or %(last)s"))
        clauses.append(_("nothing %(channels)s") % {"channels": none_of})
    return _("You hear from us %(clauses)s.") % {"clauses": "; ".join(clauses)}


def changed(before: Sequence[Mailing], after: Sequence[Mailing]) -> str:
    """Say in one sentence what a change has turned off and on."""
    parts = []
    if off := _turned(before, after, on=False):
        parts.append(_("turned off %(what)s") % {"what": off})
    if on := _turned(before, after, on=True):
        parts.append(_("turned on %(what)s") % {"what": on})
    return capfirst(" · ".join(parts)) + "." if parts else _("Nothing has changed.")


def _turned(before: Sequence[Mailing], after: Sequence[Mailing], *, on: bool) -> str:
    """Name the cells that are now so and were not, mailings with the same channels together; or just: everything."""
    was = {cell.field: cell.on for mailing in before for cell in mailing.cells}
    by: dict[tuple[str, ...], list[str]] = {}
    for mailing in after:
        turned = tuple(c.channel for c in mailing.cells if c.on is on and was.get(c.field) is not on)
        if turned:
            by.setdefault(turned, []).append(mailing.name)
    free = [cell for mailing in after for cell in mailing.cells if cell.on is not None and not cell.locked]
    if sum(map(len, by.values())) >= FEW and all(cell.on is on for cell in free):
        return _("everything")
    return "; ".join(
        _("%(mailing)s: %(channels)s")
        % {"mailing": joined(names), "channels": joined([str(look(channel).name) for channel in channels])}
        for channels, names in by.items()
    )
