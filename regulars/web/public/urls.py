"""The addresses of the public pages."""

from django.urls import path

from regulars.web.public import demo_sign_in, first_visit, front

app_name = "public"
urlpatterns = [
    path("", front.front, name="front"),
    path("first-visit/", first_visit.first_visit, name="first_visit"),
    path("demo/sign-in/<slug:role>", demo_sign_in.sign_in, name="demo_sign_in"),
]
