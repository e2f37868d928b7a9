"""The addresses of Loyalty's back office."""

from django.urls import path

from regulars.web.backoffice.site import desk

urlpatterns = [path("backoffice/", desk.urls)]
