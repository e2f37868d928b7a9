"""The addresses of employees' sign-in. The names are allauth's, which leads from one to the next by them; what is not here
does not exist: no sign-up, no email, no reset of passwords."""

from django.urls import path

from regulars.web.staff import enrolling, own, set_up, sign_in

urlpatterns = [
    path("", own.own, name="mfa_index"),
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/second-step/", sign_in.second_step, name="mfa_authenticate"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("again/", sign_in.password_again, name="account_reauthenticate"),
    path("again/code/", sign_in.code_again, name="mfa_reauthenticate"),
    path("again/passkey/", sign_in.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("password/", own.change_password, name="account_change_password"),
    path("app/", enrolling.app, name="mfa_activate_totp"),
    path("app/remove/", enrolling.remove_app, name="mfa_deactivate_totp"),
    path("passkeys/add/", enrolling.add_passkey, name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/remove/", enrolling.remove_passkey, name="mfa_remove_webauthn"),
    path("recovery-codes/", enrolling.codes, name="mfa_view_recovery_codes"),
    path("recovery-codes/new/", enrolling.new_codes, name="mfa_generate_recovery_codes"),
    path("sessions/end/", own.end_other_sessions, name="staff_end_other_sessions"),
    path("sessions/<int:session_id>/end/", own.end_session, name="staff_end_session"),
    path("set-up/<str:token>/", set_up.set_up, name="staff_set_up"),
]
