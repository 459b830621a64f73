"""The site of the administration: its door, its policy, the order of its models, its searchable choices."""

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from cadrenet.admin.rows import ScopedAdmin
from cadrenet.vietnamese import sort_key


class AutocompleteView(AutocompleteJsonView):
    """Offer what may be chosen in the field that asks, labelled so that two of the same name can be told apart."""

    def get_queryset(self):
        found = super().get_queryset()
        source = self.admin_site.admin_of(self.source_field.model)
        if source:
            found = source.choices(self.source_field, found, self.request)
        return self.model_admin.labelled(found)

    def serialize_result(self, obj, to_field_name):
        return super().serialize_result(obj, to_field_name) | {"text": self.model_admin.label(obj)}


def index_card(model_admin, request):
    """Return what a model shows at the top of the administration, as the context of its ``template``, or nothing."""
    shown = getattr(model_admin, "index_card", None)
    return shown(request) if shown and model_admin.has_view_permission(request) else None


class AdminSite(admin.AdminSite):
    """The administration: the site's own sign-in, and the one place where styles may be inline."""

    site_header = _("cadrenet administration")
    site_title = _("cadrenet administration")
    index_title = _("Administration")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Rows are deleted one by one, after a look at what hangs on each.
        self.disable_action("delete_selected")

    def admin_view(self, view, cacheable=False):
        # The searchable choices of Django's admin set their width by a style attribute. Scripts stay strict.
        return csp_update({"style-src": UNSAFE_INLINE})(super().admin_view(view, cacheable))

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request, extra_context=None):
        """Send people to the site's sign-in, which locks after repeated failures."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), settings.LOGIN_URL)

    def get_urls(self):
        # The way from the administration to a row's page tells of any row whether it exists.
        return [found for found in super().get_urls() if getattr(found, "name", None) != "view_on_site"]

    def index(self, request, extra_context=None):
        """The list of models, below the cards that some of them have for the reader."""
        cards = [card for model in self._registry.values() if (card := index_card(model, request))]
        return super().index(request, {**(extra_context or {}), "cards": cards})

    def get_app_list(self, request, app_label=None):
        """The models in the order of the reader's alphabet: Django's own puts Đ after Z."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: sort_key(str(model["name"])))
        return found

    def autocomplete_view(self, request):
        return AutocompleteView.as_view(admin_site=self)(request)

    def admin_of(self, model):
        """Return the ``ScopedAdmin`` of a model, None for any other."""
        found = self._registry.get(model)
        return found if isinstance(found, ScopedAdmin) else None
