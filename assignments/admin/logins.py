"""The administration of logins and of what they see and change."""

import allauth.account.admin  # noqa: F401 - registers what is taken out below
import allauth.mfa.admin  # noqa: F401 - likewise
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assignments.admin.shared import AsOfToday, DecidedLocality
from assignments.login import two_steps
from assignments.models import AccessGrant, Cadre, User
from assignments.rights import logins_changed_by
from cadrenet.admin.lists import InForceFilter
from cadrenet.admin.rows import EditAdmin, ScopedAdmin
from cadrenet.admin.scope import ScopedForm, ScopedInline

# Nobody signs up and no e-mail is verified, so this table stays empty; permissions are given out by superusers; what
# shows a second step is its owner's secret.
admin.site.unregister([EmailAddress, Group, Authenticator])


@admin.register(Group)
class GroupAdmin(EditAdmin, DjangoGroupAdmin):
    """Bundles of permissions. Who could change these could permit themselves everything."""

    form = ScopedForm

    actions = ["delete_selected"]  # whoever sees the list may delete them all

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


class UserForm(ScopedForm, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class GivenPassword:
    """A password that somebody else has set, and so knows: good for one sign-in, at which it is changed."""

    def set_password_and_save(self, user, *args, **kwargs):
        user.must_change_password = True
        return super().set_password_and_save(user, *args, **kwargs)


class NewUserForm(GivenPassword, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User


class NewPasswordForm(GivenPassword, AdminPasswordChangeForm):
    pass


class GrantInline(ScopedInline):
    """What a login may see beyond its own assignments."""

    model = AccessGrant
    fields = ["locality", "agency", "level", "first_day", "last_day"]
    autocomplete_fields = ["locality", "agency"]

    def get_min_num(self, request, obj=None, **kwargs):
        # A login that reaches nothing belongs to no area, so nobody but a superuser could find it again.
        return 0 if obj or request.user.is_superuser else 1

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, validate_min=True, **kwargs)


@admin.register(User)
class UserAdmin(ScopedAdmin, DjangoUserAdmin):
    """Logins. Whoever is no superuser handles only those whose whole reach he decides about (``rights``)."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "password1", "password2"]})]
    inlines = [GrantInline]
    list_display = ["username", "display_name", "cadre", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    list_select_related = ["cadre"]
    search_fields = ["username", "display_name", "cadre__search_key"]

    def visible(self, queryset, user):
        if user.is_superuser:
            return queryset
        granted = AccessGrant.objects.visible_to(user).order_by().values("user")
        linked = Cadre.objects.visible_to(user).exclude(user=None).order_by().values("user")
        return queryset.filter(Q(pk=user.pk) | Q(pk__in=granted) | Q(pk__in=linked))

    def editable(self, queryset, user):
        return logins_changed_by(user, self.visible(queryset, user))

    def has_add_permission(self, request):
        # A new login is one that was given something.
        return super().has_add_permission(request) and AccessGrant.objects.all().may_be_added_by(request.user)

    def label(self, obj):
        return f"{obj} ({obj.username})"

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.add_fieldsets
        fieldsets = [
            (None, {"fields": ["username", "password", "is_active"]}),
            (_("Name"), {"fields": ["display_name"]}),
            (_("Signing in"), {"fields": ["must_change_password", "second_step"]}),
        ]
        if request.user.is_superuser:
            text = _(
                "Staff may open the administration, within their scope and with the permissions given here. A "
                "superuser sees and changes everything."
            )
            fields = ["is_staff", "is_superuser", "groups", "user_permissions"]
            fieldsets.append((_("Permissions"), {"fields": fields, "description": text}))
        return fieldsets

    def get_readonly_fields(self, request, obj=None):
        return ["must_change_password", "second_step"]

    def user_change_password(self, request, id, form_url=""):
        if id == str(request.user.pk) and self.has_change_permission(request, request.user):
            # One's own password is changed where the old one is asked for.
            return redirect("account_change_password")
        return super().user_change_password(request, id, form_url)

    # --- The second step at sign-in

    @admin.display(description=_("second step"))
    def second_step(self, obj):
        """What a login can show, and the way to take it away when a phone is lost."""
        if not (ways := two_steps.ways_of(obj)):
            return _("Not set up")
        url = reverse("admin:assignments_user_two_steps", args=[obj.pk])
        return format_html('{} – <a href="{}">{}</a>', ", ".join(ways), url, _("Take it away (lost phone)"))

    def get_urls(self):
        view = self.admin_site.admin_view(self.take_away_second_step)
        return [path("<int:pk>/two-steps/", view, name="assignments_user_two_steps"), *super().get_urls()]

    def take_away_second_step(self, request, pk):
        """Let somebody whose phone is lost set up another one: a second administrator does it, and it is recorded."""
        user = self.get_object(request, str(pk))
        if user is None or user == request.user or not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method == "POST":
            two_steps.take_away(user)
            self.log_change(request, user, gettext("Second step taken away"))
            messages.success(request, _("The second step is taken away. It is set up anew at the next sign-in."))
            return redirect("admin:assignments_user_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take away the second step of %(login)s?") % {"login": user.username},
            "opts": self.opts,
            "original": user,
        }
        return TemplateResponse(request, "admin/take_away_second_step.html", context)


@admin.register(AccessGrant)
class AccessGrantAdmin(AsOfToday, DecidedLocality, ScopedAdmin):
    """Access to parts of the tree, and to the staff of agencies."""

    list_display = ["user", "level", "locality", "agency", "first_day", "last_day"]
    list_filter = ["level", InForceFilter]
    list_select_related = ["user", "agency"]
    search_fields = ["user__username", "user__display_name", "standing__search_key", "agency__search_key"]
    autocomplete_fields = ["user", "locality", "agency"]
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "level", "locality", "agency", "first_day", "last_day"],
                "description": _(
                    "Lets a login see everything at and below a locality, or the staff of an agency, beyond what its "
                    "own assignments show. Nobody can give out more than he decides himself."
                ),
            },
        )
    ]

    def editable(self, queryset, user):
        # A grant is a part of what its login reaches, and is changed by whoever may change all of that.
        if user.is_superuser:
            return queryset
        own = queryset.editable_by(user)
        logins = logins_changed_by(user, User.objects.filter(pk__in=own.order_by().values("user")))
        return own.filter(user__in=list(logins.order_by().values_list("pk", flat=True)))

    def choices(self, db_field, queryset, request):
        if db_field.name == "user":
            return self.admin_site.admin_of(User).editable(queryset, request.user)
        return super().choices(db_field, queryset, request)
