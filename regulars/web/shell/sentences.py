"""Consent in one sentence: what a person hears from us, and what a change has changed."""

from collections.abc import Iterable, Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from regulars.web.shell.channels import look
from regulars.web.shell.faces import Mailing, Switch


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
    clauses = []
    for topics_heard, heard_by in channels.items():
        about = _("everything") if list(topics_heard) == everything else joined(topics_heard)
        clauses.append(_("%(by)s about %(topics)s") % {"by": by_channels(heard_by), "topics": about})
    return clauses


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
    was = {cell.field: cell.on for mailing in before for cell in mailing.cells}
    turned: dict[bool, list[str]] = {False: [], True: []}
    for mailing in after:
        for on in turned:
            now_so = [c for c in mailing.cells if c.on is on and was.get(c.field) is not on]
            if now_so:
                channels = joined([str(look(c.channel).name) for c in now_so])
                turned[on].append(_("%(mailing)s: %(channels)s") % {"mailing": mailing.name, "channels": channels})
    parts = []
    if turned[False]:
        parts.append(_("turned off %(what)s") % {"what": "; ".join(turned[False])})
    if turned[True]:
        parts.append(_("turned on %(what)s") % {"what": "; ".join(turned[True])})
    return capfirst(" · ".join(parts)) + "." if parts else _("Nothing has changed.")
