"""Every address of the product, door by door."""

from django.urls import URLPattern, URLResolver, include, path

from regulars.api.bridge.urls import api as bridge
from regulars.api.pos.urls import api as pos
from regulars.api.smartcomms.urls import api as smartcomms
from regulars.web.public.health import healthz

doors: list[URLPattern | URLResolver] = []
for prefix, module in (("till/", "till"), ("account/", "account"), ("u/", "smartcomms"), ("", "public")):
    try:
        doors.append(path(prefix, include(f"regulars.web.{module}.urls")))
    except ModuleNotFoundError:
        pass

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/pos/v1/", pos.urls),
    path("api/bridge/v1/", bridge.urls),
    path("api/smartcomms/v1/", smartcomms.urls),
    *doors,
    path("healthz", healthz),
    path("i18n/", include("django.conf.urls.i18n")),
]
