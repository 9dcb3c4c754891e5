"""Where everything is. Who may go there: caredesk/security.py (strangers) and queues/permissions.py."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.generic import RedirectView

from caredesk import accounts, health, languages, metrics, places  # noqa: F401 (addresses name places)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk")),
    path("accounts/login/", accounts.LogIn.as_view(), name="login"),
    path("accounts/logout/", accounts.LogOut.as_view(), name="logout"),
    path("accounts/password_change/", accounts.ChangePassword.as_view(), name="password_change"),
    path(
        "accounts/password_change/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"
    ),
    path("admin/login/", accounts.admin_door),
    path("admin/logout/", accounts.LogOut.as_view()),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("i18n/setlang/", languages.set_language, name="set_language"),
    path("", include("customers.urls")),
    path("", include("requests_app.urls")),
    path("", include("activities.urls")),
    path("", include("queues.urls")),
]

handler400 = "caredesk.errors.bad_request"
handler403 = "caredesk.errors.forbidden"
handler404 = "caredesk.errors.not_found"
handler500 = "caredesk.errors.failed"
