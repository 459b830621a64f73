from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CadrenetConfig(AppConfig):
    """Makes the package an app, so that its template tags and translations are found."""

    name = "cadrenet"

    def ready(self):
        from cadrenet import checks  # noqa: F401 - registers them


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin, on the site of ``cadrenet.admin.site``."""

    # Named in INSTALLED_APPS; "cadrenet" alone still means the app above.
    default = False
    default_site = "cadrenet.admin.site.AdminSite"
