"""The addresses of the member's personal account."""

from django.urls import path

from regulars.web.account import card, devices, home, joining, points, purchases, sign_in, subscriptions

app_name = "account"
urlpatterns = [
    path("", home.home, name="home"),
    path("card/", card.card, name="card"),
    path("points/", points.points, name="points"),
    path("purchases/<slug:public_id>/", purchases.purchase, name="purchase"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/sentence/", subscriptions.sentence, name="sentence"),
    path("devices/", devices.devices, name="devices"),
    path("sign-in/", sign_in.phone, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="sign_in_code"),
    path("sign-in/join/", joining.join, name="join"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
]
