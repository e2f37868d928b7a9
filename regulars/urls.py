"""Every address of the product, door by door."""

from django.urls import URLPattern, URLResolver, path

from regulars.api.pos.urls import api as pos

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/pos/v1/", pos.urls),
]
