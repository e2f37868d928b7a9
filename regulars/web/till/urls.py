"""The addresses of the till page; every act is a POST that carries the basket."""

from django.urls import path

from regulars.web.till import joining, paying, points, selling, sign_in

app_name = "till"
urlpatterns = [
    path("", selling.till, name="till"),
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("scan", selling.scan, name="scan"),
    path("add", selling.add, name="add"),
    path("count", selling.count, name="count"),
    path("undo", selling.undo, name="undo"),
    path("forget", selling.forget, name="forget"),
    path("new", selling.new, name="new"),
    path("join", joining.join, name="join"),
    path("points", points.points, name="points"),
    path("pay", paying.pay, name="pay"),
]
