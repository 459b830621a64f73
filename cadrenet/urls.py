"""The map of the site."""

from allauth.account import views as account
from allauth.mfa.webauthn import views as keys
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, register_converter
from django.views.generic import TemplateView
from django.views.i18n import set_language

from assignments.login.two_steps import own_key
from assignments.login.views import SignInView, SignOutView, TypedView
from cadrenet.gallery import gallery
from cadrenet.health import health
from cadrenet.periods import MonthConverter, QuarterConverter

register_converter(QuarterConverter, "quarter")
register_converter(MonthConverter, "month")

handler500 = "cadrenet.errors.server_error"

urlpatterns = [
    # The start page, by role, the search, and everything about reports.
    path("", include("reports.start_urls")),
    path("", include("reports.urls")),
    path("", include("assignments.urls")),
    path("meetings/", include("meetings.urls")),
    path("", include("meetings.phone.urls")),
    path("more/", TemplateView.as_view(template_name="more.html"), name="more"),
    path("help/", TemplateView.as_view(template_name="help/help.html"), name="help"),
    path("help/figures/", TemplateView.as_view(template_name="help/figures.html"), name="figures"),
    path("gallery/", gallery, name="gallery"),
    path("health/", health, name="health"),
    # Also at the sign-in, and between its two steps.
    path("language/setlang/", login_not_required(set_language), name="set_language"),
    # Of the sign-in library's pages only these: nobody signs up, and an office's logins have no e-mail.
    path("account/login/", SignInView.as_view(), name="account_login"),
    path("account/logout/", SignOutView.as_view(), name="account_logout"),
    path("account/typed/", TypedView.as_view(), name="account_typed"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    # The second step: asked for at sign-in, set up, and asked for once more.
    path(
        "account/two-steps/webauthn/keys/<int:pk>/remove/", own_key(keys.remove_webauthn), name="mfa_remove_webauthn"
    ),
    path("account/two-steps/webauthn/keys/<int:pk>/edit/", own_key(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("account/two-steps/", include("allauth.mfa.urls")),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("admin/", admin.site.urls),
]
