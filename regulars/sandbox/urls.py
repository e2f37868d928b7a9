"""The addresses of the sandbox's pages."""

from django.urls import path

from regulars.sandbox import pages
from regulars.sandbox.mail import pages as mail

app_name = "sandbox"
urlpatterns = [
    path("", pages.phones, name="phones"),
    path("row", pages.row, name="row"),
    path("mail/", mail.mailboxes, name="mailboxes"),
    path("mail/lines", mail.mailbox_lines, name="mailbox_lines"),
    path("mail/box/", mail.mailbox, name="mailbox"),
    path("mail/box/lines", mail.mail_lines, name="mail_lines"),
    path("mail/<slug:mail_id>/", mail.mail, name="mail"),
    path("mail/<slug:mail_id>/body", mail.body, name="mail_body"),
    path("mail/<slug:mail_id>/source", mail.source, name="mail_source"),
    path("mail/<slug:mail_id>/unsubscribe", mail.unsubscribe, name="mail_unsubscribe"),
]
