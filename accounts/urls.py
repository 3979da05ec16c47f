"""The way in, and the person. Sign-up, social login and e-mail pages are not offered."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from accounts.views.help import help_page
from accounts.views.invitations import invitation
from accounts.views.language import set_language
from accounts.views.masking import set_masked
from accounts.views.me import me
from accounts.views.setup import set_up

way_in = [
    path("setup/<slug:token>/", set_up, name="setup"),
    path("invitation/<slug:token>/", invitation, name="invitation"),
    path("login/", account.login, name="account_login"),
    # Also ends a login that waits for the second factor, when nobody is logged in yet.
    path("logout/", login_not_required(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("language/", set_language, name="set_language"),
]

password = [
    path("change/", account.password_change, name="account_change_password"),
    path("reset/", account.password_reset, name="account_reset_password"),
    path("reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

person = [
    path("me/", me, name="me"),
    path("masked/", set_masked, name="set_masked"),
    path("two-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("help/", help_page, name="help"),
]

urlpatterns = [
    *way_in,
    *person,
    path("password/", include(password)),
]
