"""What employees do with a mailing, in either system: test, start, schedule, pause, break off, copy; each asked first."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from regulars.kit import clock
from regulars.kit.refusal import Refusal
from regulars.runs.models import Run
from regulars.web.backoffice import sending_faces as faces
from regulars.web.backoffice.reading import Reading, button
from regulars.web.backoffice.sending_faces import Spoken
from regulars.web.backoffice.sending_forms import AddressesForm, ScheduleForm, SendForm
from regulars.web.shell import figures


class Acts(Reading):
    """The acts of a mailing's page. `verbs` is the room's actions, `spoken` how the system says its people and money."""

    verbs: ClassVar[Any]
    spoken: ClassVar[Spoken]
    test_form: ClassVar[type[forms.Form]] = AddressesForm
    actions_detail = (
        "send_test", "start", "schedule", "unschedule", "pause", "go_on", "break_off", "duplicate", "put_away",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may write mailings."""
        return bool(request.user.has_perm("mailings.change"))

    def has_write_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same, for acts on a mailing that is there."""
        return self.has_add_permission(request)

    def has_start_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the employee may send: tests, now, at a time; pause and break off."""
        return bool(request.user.has_perm("mailings.start"))

    def may_touch(self, request: HttpRequest, row: Any) -> bool:
        """Whether the employee may write this mailing: one that starts by itself is touched only by who may send."""
        starts_by_itself = row is not None and row.state == "scheduled"
        return self.has_add_permission(request) and (not starts_by_itself or self.has_start_permission(request))

    def sentence_of(self, row: Any) -> str:
        """Whom the mailing is for, in one sentence."""
        raise NotImplementedError

    def estimate_of(self, row: Any) -> dict[str, Any]:
        """What starting it now would reach and cost; raises a `Refusal` when that cannot be told."""
        raise NotImplementedError

    def test(self, row: Any, said: dict[str, Any], request: HttpRequest) -> Run:
        """Send a test as the system's own form asked for it."""
        raise NotImplementedError

    @button("Send a test", permission="start")
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask where to, then send the mailing there as it is now."""

        def act(row: Any, said: dict[str, Any]) -> str:
            run = self.test(row, said, request)
            return f"The test is on its way to {faces.counted(run.audience_size or 0, 'address', 'addresses')}."

        return self.ask(
            request, object_id, act, title="Send a test", form=self.test_form,
            sentence="A test goes to whom you name, whatever they consented to, and the journal keeps that you asked for it.",
        )  # fmt: skip

    @button("Send now", permission="start")
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say once more to whom and at what cost, then start."""
        row: Any = self.get_object(request, object_id)
        version = row.version if row is not None else 0
        asks = row is not None and request.method == "GET"
        sentence = self._before_start(row) if asks else "Everybody in the audience who can be reached gets it."

        def act(row: Any, said: dict[str, Any]) -> str:
            self.verbs.start(row, version=said["version"], by=self.actor(request), at=clock.now())
            return f"“{row.name}” has started."

        form: Any = partial(SendForm, initial={"version": version})
        return self.ask(request, object_id, act, title="Send now", sentence=sentence, form=form)

    def _estimate_face(self, row: Any) -> faces.EstimateFace:
        return faces.estimate_face(self.estimate_of(row), self.spoken, channel=row.channel)

    def _before_start(self, row: Any) -> str:
        whom = self.sentence_of(row)
        try:
            return f"{whom} {self._estimate_face(row).sentence}"
        except Refusal as refusal:
            return f"{whom} {refusal.message}"

    @button("Schedule", permission="start")
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask when, then let it start by itself."""

        def act(row: Any, said: dict[str, Any]) -> str:
            self.verbs.schedule(row, said["starts_at"], by=self.actor(request), at=clock.now())
            return f"“{row.name}” starts on {figures.moment(said['starts_at'])}."

        return self.ask(
            request, object_id, act, title="Schedule", form=ScheduleForm,
            sentence="The mailing starts by itself, and who is in the audience is asked at that time."
            f" Times are in {self.admin_site.zone()}.",
        )  # fmt: skip

    @button("Take the time away", permission="start")
    def unschedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then make it a draft again."""

        def act(row: Any, said: dict[str, Any]) -> str:
            self.verbs.unschedule(row, by=self.actor(request), at=clock.now())
            return f"“{row.name}” is a draft again."

        sentence = "The mailing does not start by itself any more."
        return self.ask(request, object_id, act, title="Take the time away", sentence=sentence)

    @button("Pause", permission="start")
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then pause."""

        def act(row: Any, said: dict[str, Any]) -> str:
            self.verbs.pause(row, by=self.actor(request), at=clock.now())
            return f"“{row.name}” is paused: nothing more of it leaves."

        sentence = "Nothing more of this mailing leaves until you let it go on. What has left has left."
        return self.ask(request, object_id, act, title="Pause", sentence=sentence)

    @button("Go on", permission="start")
    def go_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then let it go on."""

        def act(row: Any, said: dict[str, Any]) -> str:
            self.verbs.resume(row, by=self.actor(request), at=clock.now())
            return f"“{row.name}” goes on."

        sentence = "What waits leaves now, if it is still worth sending."
        return self.ask(request, object_id, act, title="Go on", sentence=sentence)

    @button("Break off", permission="start")
    def break_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then cancel the run."""

        def act(row: Any, said: dict[str, Any]) -> str:
            self.verbs.cancel(row, by=self.actor(request), at=clock.now())
            return f"“{row.name}” is broken off. What had not left does not leave."

        sentence = "What has not left yet does not leave, and there is no way back. What has left has left."
        return self.ask(request, object_id, act, title="Break off", sentence=sentence)

    @button("Copy", permission="write")
    def duplicate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then write the same mailing down once more."""

        def act(row: Any, said: dict[str, Any]) -> HttpResponse:
            twin = self.verbs.copy(row, by=self.actor(request), at=clock.now())
            return self._back_to(request, twin, f"This is “{twin.name}”, a draft of its own.")

        sentence = "The copy is a draft; nothing is sent."
        return self.ask(request, object_id, act, title="Copy", sentence=sentence)

    @button("Put away", permission="write")
    def put_away(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then archive."""

        def act(row: Any, said: dict[str, Any]) -> str:
            if not self.may_touch(request, row):
                raise PermissionDenied
            self.verbs.archive(row, by=self.actor(request), at=clock.now())
            return f"“{row.name}” is put away."

        sentence = "It cannot be started any more. Its runs stay here to be looked at, and it can be copied."
        return self.ask(request, object_id, act, title="Put away", sentence=sentence)
