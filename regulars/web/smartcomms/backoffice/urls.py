"""The addresses of Smart Communications' desk."""

from django.urls import path

from regulars.web.smartcomms.backoffice.site import desk

urlpatterns = [path("smartcomms/", desk.urls)]
