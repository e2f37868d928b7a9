"""The addresses of the public pages."""

from django.urls import path

from regulars.web.public import both_consents, demo_sign_in, first_visit, front, preferences

app_name = "public"
urlpatterns = [
    path("", front.front, name="front"),
    path("first-visit/", first_visit.first_visit, name="first_visit"),
    path("preferences/<str:token>", preferences.preferences, name="preferences"),
    path("demo/sign-in/<slug:role>", demo_sign_in.sign_in, name="demo_sign_in"),
    path("demo/consent/", both_consents.search, name="both_consents_search"),
    path("demo/consent/<slug:public_id>/", both_consents.both_consents, name="both_consents"),
    path("demo/consent/<slug:public_id>/loyalty", both_consents.loyalty_beside, name="loyalty_beside"),
]
