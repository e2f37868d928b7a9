"""The addresses of the sandbox's pages."""

from django.urls import path

from regulars.sandbox import pages

app_name = "sandbox"
urlpatterns = [
    path("", pages.phones, name="phones"),
    path("row", pages.row, name="row"),
]
