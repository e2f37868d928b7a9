"""The addresses of Smart Communications' public pages, below `/u/`."""

from django.urls import path

from regulars.web.smartcomms.unsubscribe import unsubscribe

urlpatterns = [path("<str:token>", unsubscribe, name="unsubscribe")]
