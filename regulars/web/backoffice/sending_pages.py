"""The pages of a mailing, in either system: list, editor, what it reaches, how far it is, and its people one by one."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable
from regulars.messages import outcomes
from regulars.runs import queries as runs
from regulars.runs.models import Run
from regulars.web.backoffice import columns
from regulars.web.backoffice import sending_editor as editor
from regulars.web.backoffice import sending_faces as faces
from regulars.web.backoffice.sending_acts import Acts
from regulars.web.backoffice.sending_editor import Preview, SendingForm
from regulars.web.shell import figures
from regulars.web.shell.middleware import BACKOFFICE

PAGE = 50
EDITABLE = ("draft", "scheduled")
# The preview shows the pictures of an email, which stand elsewhere; nothing else of the page loads any.
WITH_PICTURES = BACKOFFICE.replace("img-src 'self' data:", "img-src 'self' data: https:")


def _bar(row: Any) -> Any:
    """How far the last run is."""
    run: Run | None = row.last_run
    if run is None:
        return None
    percent = faces.percent_done(outcomes.progress(run), run) if run.ended_at is None else 100
    words = "Paused" if run.is_held and not run.ended_at else f"{percent}{figures.GAP}%"
    return format_html(
        '<span class="mail-bar"><progress max="100" value="{}" aria-label="Sent"></progress> {}</span>', percent, words
    )


CHANNEL = columns.named(
    "channel_name", "Channel", lambda row: dict(editor.CHANNELS).get(row.channel), ordering="channel"
)
SENT = columns.named("last_run_bar", "Sent", _bar)


class SendingPages(Acts):
    """Mailings: what is told to whom, and how far it is. `who` is a person as a head of a column says it."""

    system: ClassVar[str]
    who: ClassVar[str]
    variables: ClassVar[dict[str, str]]

    class Media:
        css = {"all": ("backoffice/mailings.css",)}

    search_fields = ("name", "=public_id")
    search_help_text = "The name, or the public id"

    # --- what each system says for itself

    def form_for(self, request: HttpRequest, given: Any, row: Any) -> SendingForm:
        """The form of a mailing, or of a new one."""
        raise NotImplementedError

    def previews(self, request: HttpRequest, said: QueryDict) -> tuple[str, list[Preview]]:
        """Whom the previews are for, and one for each language that has a text."""
        raise NotImplementedError

    def facts(self, row: Any) -> list[tuple[str, Any]]:
        """What a page says of a mailing beside whom it is for."""
        raise NotImplementedError

    # --- addresses

    def get_urls(self) -> list[URLPattern]:
        """The admin's addresses, the editor's, and those of the parts that load by themselves."""
        own: list[tuple[str, str, Callable[..., HttpResponse]]] = [
            ("preview/", "preview", self.preview),
            ("<path:object_id>/edit/", "edit", self.edit),
            ("<path:object_id>/estimate/", "estimate", self.estimate),
            ("<path:object_id>/progress/", "progress", self.progress),
            ("<path:object_id>/recipients/", "recipients", self.recipients),
        ]
        named = [path(address, self.admin_site.admin_view(view), name=self._named(name)) for address, name, view in own]
        return [*named, *super().get_urls()]

    def _named(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def look_up(self, request: HttpRequest, rows: list[Any]) -> list[Any]:
        """Names, and the last run of each."""
        ids = [row.public_id for row in rows]
        last = Run.objects.filter(system=self.system, mailing_id__in=ids, kind="mailing").order_by("id")
        by_mailing = {run.mailing_id: run for run in last}
        for row in rows:
            row.last_run = by_mailing.get(row.public_id)
        return super().look_up(request, rows)

    # --- writing

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The editor of a new mailing."""
        return self._editor(request, None)

    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The editor of a mailing that has not started."""
        return self._editor(request, self._row(request, object_id))

    def _editor(self, request: HttpRequest, mailing: Any) -> HttpResponse:
        if not self.may_touch(request, mailing):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else None
        form = self.form_for(request, given, mailing)
        if given is not None and form.is_valid():
            row = mailing or self.model()
            try:
                self.save_model(request, row, form, change=mailing is not None)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            else:
                return self._back_to(request, row, f"“{row.name}” is kept.")
        title = f"Change {mailing.name}" if mailing else "New mailing"
        preview = reverse(f"{self.admin_site.name}:{self._named('preview')}")
        context = {"form": form, "row": mailing, "variables": self.variables, "preview_address": preview}
        response = self._page(request, "backoffice/sending_editor.html", title, mailing, **context)
        response.headers["Content-Security-Policy"] = WITH_PICTURES
        return response

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What is being written, as one person would get it."""
        if not self.has_add_permission(request) or request.method != "POST":
            raise PermissionDenied
        if not all(is_storable(value) for name in request.POST for value in request.POST.getlist(name)):
            raise BadRequest("A text cannot contain NUL.")
        whom, shown = self.previews(request, request.POST)
        return TemplateResponse(request, "backoffice/_mailing_preview.html", {"whom": whom, "previews": shown})

    # --- looking

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of a mailing."""
        mailing = self._row(request, object_id)
        listed = runs.list_of_mailing(self.system, mailing.public_id)
        last = next((run for run in listed if run.kind == "mailing"), None)
        starts = [("Starts", figures.moment(mailing.scheduled_at))] if mailing.scheduled_at else []
        shown = {
            "row": mailing,
            "sentence": self.sentence_of(mailing),
            "facts": [*starts, *self.facts(mailing)],
            "face": faces.run_face(last, self.spoken) if last else None,
            "runs": listed[:20],
            "can_write": self.has_write_permission(request),
            "can_start": self.has_start_permission(request),
            "can_edit": mailing.state in EDITABLE,
            "may_touch": self.may_touch(request, mailing),
            "texts": editor.written(mailing),
        }
        return self._page(request, "backoffice/mailing.html", mailing.name, mailing, **shown)

    def estimate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a start would reach and cost now."""
        mailing = self._row(request, object_id)
        try:
            context: dict[str, Any] = {"face": self._estimate_face(mailing)}
        except Refusal as refusal:
            context = {"trouble": refusal.message}
        return TemplateResponse(request, "backoffice/_mailing_estimate.html", context)

    def progress(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How far the last run is."""
        mailing = self._row(request, object_id)
        if mailing.last_run is None:
            raise Http404
        face = faces.run_face(mailing.last_run, self.spoken)
        context = {"face": face, "can_start": self.has_start_permission(request)}
        return TemplateResponse(request, "backoffice/_mailing_progress.html", context)

    def recipients(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The people of one run, and what became of each."""
        if not request.user.has_perm("runs.view"):
            raise PermissionDenied
        mailing = self._row(request, object_id)
        listed = runs.list_of_mailing(self.system, mailing.public_id)
        run = next((each for each in listed if each.public_id == request.GET.get("run")), None)
        if run is None:
            raise Http404
        asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "state", "reason", "after")}
        found = outcomes.list_outcomes(
            run,
            person_id=asked["q"],
            state=asked["state"] if asked["state"] in faces.STATES else "",
            reason=asked["reason"],
            after_id=int(asked["after"]) if asked["after"].isdecimal() and len(asked["after"]) < 19 else 0,
            limit=PAGE + 1,
        )
        shown = {
            "run": run,
            "lines": self._lines(request, found[:PAGE]),
            "asked": asked,
            "more": found[PAGE - 1].id if len(found) > PAGE else 0,
            "states": faces.STATES,
            "reasons": {code: faces.reason_in_words(code) for code in outcomes.progress(run).left_out},
            "who": self.who,
        }
        return self._page(request, "backoffice/sending_recipients.html", "Recipients", mailing, row=mailing, **shown)

    def _lines(self, request: HttpRequest, found: Sequence[outcomes.Outcome]) -> list[dict[str, Any]]:
        model, key = self.admin_site.person
        people = model._default_manager.filter(**{f"{key}__in": [one.person_id for one in found]})
        addresses = {getattr(each, key): self.admin_site.address_of(each, request) for each in people}
        return [
            {
                "person": columns.linked(one.person_id, addresses.get(one.person_id, "")),
                "state": columns.dotted(faces.STATES.get(one.state, one.state), columns.TONES.get(one.state, "")),
                "reason": faces.reason_in_words(one.reason),
                "at": one.at,
            }
            for one in found
        ]

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise PermissionDenied if row is not None else Http404
        return row

    def _page(self, request: HttpRequest, template: str, title: str, mailing: Any, **more: Any) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "original": mailing}
        return TemplateResponse(request, template, context | more)
