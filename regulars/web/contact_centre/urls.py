"""The addresses of the contact centre."""

from django.urls import path

from regulars.web.contact_centre import acts, cards, home, member, purchases, registration, subscriptions

app_name = "contact_centre"
urlpatterns = [
    path("", home.home, name="home"),
    path("call", home.call, name="call"),
    path("acts", acts.acts, name="acts"),
    path("register", registration.register, name="register"),
    path("members/<slug:public_id>/", member.member, name="member"),
    path("members/<slug:public_id>/contacts", member.contacts, name="contacts"),
    path("members/<slug:public_id>/subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("members/<slug:public_id>/subscriptions/difference", subscriptions.difference, name="difference"),
    path("members/<slug:public_id>/purchases/<slug:purchase_id>/", purchases.purchase, name="purchase"),
    path("members/<slug:public_id>/cards/<int:card_id>/block", cards.block, name="block_card"),
    path("members/<slug:public_id>/cards/<int:card_id>/unblock", cards.unblock, name="unblock_card"),
]
