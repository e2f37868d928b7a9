"""Every address of the product, door by door; apart, a system has only its own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from regulars.api.errors import errors
from regulars.api.reference import apis, broker_letters
from regulars.web.public.health import healthz, metrics, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("docs/errors", errors, name="errors"),
    path("docs/api", apis, name="apis"),
    path("docs/api/letters.json", broker_letters, name="letters"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("sandbox/", include("regulars.sandbox.urls")),
    path("staff/", include("regulars.web.staff.urls")),
]

if "loyalty" in settings.SYSTEMS:
    from regulars.api.bridge.urls import api as bridge
    from regulars.api.pos.urls import api as pos
    from regulars.loyalty.programme import queries as programme
    from regulars.web.shell import about

    def about_programme() -> about.About:
        """What Loyalty knows of the programme."""
        found = programme.find()
        return about.About(found.name, found.time_zone) if found else about.About()

    about.register(about_programme)
    urlpatterns += [
        path("api/pos/v1/", pos.urls),
        path("api/bridge/v1/", bridge.urls),
        path("till/", include("regulars.web.till.urls")),
        path("account/", include("regulars.web.account.urls")),
        path("contact-centre/", include("regulars.web.contact_centre.urls")),
        path("", include("regulars.web.backoffice.urls")),
        path("", include("regulars.web.public.urls")),
    ]

if "smartcomms" in settings.SYSTEMS:
    from regulars.web.smartcomms.beside import smartcomms_beside

    urlpatterns += [
        path("u/", include("regulars.web.smartcomms.urls")),
        path("demo/consent/<slug:person_id>/smartcomms", smartcomms_beside, name="smartcomms_beside"),
        path("", include("regulars.web.smartcomms.backoffice.urls")),
    ]

if "loyalty" not in settings.SYSTEMS:
    urlpatterns.append(path("", RedirectView.as_view(pattern_name="smartcomms_desk:index")))
