"""The administration behind /admin/: the scope, the history and the policy of the pages, in Django's own admin.

This module knows no app. What a user may see and change is asked of the querysets (``visible_to``, ``editable_by``);
rules without a scope, such as limits, are guarded by Django's permissions alone.
"""

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import CASCADE, PROTECT, ManyToOneRel, ProtectedError, Q
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from cadrenet.periods import today
from cadrenet.vietnamese import search_key, sort_key


def visible(queryset, user):
    """Narrow rows to those a user may see; rows without a scope are left as they are."""
    return queryset.visible_to(user) if hasattr(queryset, "visible_to") else queryset


def editable(queryset, user):
    """Narrow rows to those a user may change; rows without a scope are left as they are."""
    return queryset.editable_by(user) if hasattr(queryset, "editable_by") else queryset


def with_related(queryset, names):
    """Read rows together with those that some foreign keys name. To name none would be to read all of them."""
    return queryset.select_related(*names) if names else queryset


class OutOfReach(Exception):
    """What was to be saved lies outside the area in which the user may change things."""


# --- The site -------------------------------------------------------------------------------------------


class AutocompleteView(AutocompleteJsonView):
    """Offer what may be chosen in the field that asks, labelled so that two of the same name can be told apart."""

    def get_queryset(self):
        found = super().get_queryset()
        source = self.admin_site.admin_of(self.source_field.model)
        if source:
            found = source.choices(self.source_field, found, self.request)
        return with_related(found, self.model_admin.label_related)

    def serialize_result(self, obj, to_field_name):
        return super().serialize_result(obj, to_field_name) | {"text": self.model_admin.label(obj)}


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


# --- Forms ----------------------------------------------------------------------------------------------


class ChoiceField(forms.ModelChoiceField):
    """A choice of rows, labelled by the admin of their model."""

    label_of = staticmethod(str)

    def label_from_instance(self, obj):
        return self.label_of(obj)


class ScopedForm(forms.ModelForm):
    """A form in which what is chosen already stays a choice, even if the user could not choose it afresh."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and (chosen := getattr(self.instance, f"{name}_id", None)):
                rows = field.queryset
                either = Q(pk__in=rows.order_by().values("pk")) | Q(pk=chosen)
                field.queryset = with_related(rows.model._default_manager.filter(either), related_of(rows))


def related_of(queryset):
    """The names given to ``select_related`` at the first level, so that a queryset built afresh keeps them."""
    return list(queryset.query.select_related or ())


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """A filter by a foreign key that offers only rows the user may see."""

    def field_choices(self, field, request, model_admin):
        model = field.remote_field.model
        related = model_admin.admin_site.admin_of(model)
        rows = related.get_queryset(request) if related else visible(model._default_manager.all(), request.user)
        if related:
            rows = with_related(rows, related.label_related)
        label = related.label if related else str
        return [(row.pk, label(row)) for row in rows]


class InForceFilter(admin.SimpleListFilter):
    """Rows with a first and a last day: in force today, still to come, or over."""

    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("now", _("Today")), ("later", _("Not yet")), ("over", _("No longer"))]

    def queryset(self, request, queryset):
        day = today()
        if self.value() == "now":
            return queryset.on(day)
        if self.value() == "later":
            return queryset.filter(first_day__gt=day)
        if self.value() == "over":
            return queryset.filter(last_day__lt=day)
        return queryset


def two_lines(name, below):
    """A name with what tells it from others in small print below; None where there is no name."""
    return name and format_html('{}<span class="cn-below">{}</span>', name, below or "")


# --- What admins and their inlines share --------------------------------------------------------------------


class ScopedMixin:
    """Rows, and choices of foreign keys, within the user's scope."""

    form = ScopedForm

    def get_queryset(self, request):
        return self.visible(super().get_queryset(request), request.user)

    def visible(self, queryset, user):
        """Narrow rows of this model to those a user may see."""
        return visible(queryset, user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        model = db_field.remote_field.model
        # What may be chosen is said once, by the admin of the model that has the key, inline or not.
        source = self.admin_site.admin_of(db_field.model) or self
        related = self.admin_site.admin_of(model)
        rows = kwargs.get("queryset")
        if rows is None:
            rows = self.get_field_queryset(kwargs.get("using"), db_field, request)
        if rows is None:
            rows = model._default_manager.all()
        if related:
            rows = with_related(rows, related.label_related)
        kwargs["queryset"] = source.choices(db_field, rows, request)
        field = super().formfield_for_foreignkey(db_field, request, **{"form_class": ChoiceField, **kwargs})
        if related and isinstance(field, ChoiceField):
            field.label_of = related.label
        return field

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Another row is changed and deleted on its own page, not from a form that only names it.
            field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        rows = kwargs.get("queryset", db_field.remote_field.model._default_manager.all())
        kwargs["queryset"] = visible(rows, request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class ScopedInline(ScopedMixin, admin.TabularInline):
    """Rows of another model on a page; to change them one must be allowed to change the page's own row."""

    extra = 0
    show_change_link = True
    only_stored = False  # nothing to show for a row that is not stored yet

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_add_related = False
        return field

    def parent_allows(self, request, parent):
        """Return whether the user may change the row that these rows belong to."""
        return self.admin_site._registry[self.parent_model].has_change_permission(request, parent)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and (obj is None or self.parent_allows(request, obj))

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or self.parent_allows(request, obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or self.parent_allows(request, obj))


class ReadOnly:
    """Rows that are shown and never typed in here: derived, or changed on the page of the row they belong to."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyInline(ReadOnly, ScopedInline):
    """Rows shown for reading, each with a link to its own page."""

    can_delete = False
    only_stored = True


# --- The admin of one model ----------------------------------------------------------------------------------


class HistoryHelper(HistoricalRecordContextHelper):
    """Changes in words. A row that the user may not see is not named, not even where it stood once."""

    def __init__(self, model, record, name_of):
        super().__init__(model, record)
        self.name_of = name_of

    def prepare_delta_change_value(self, change, value):
        field = self.model._meta.get_field(change.field)
        if value is None or value == "":
            return "–"
        if field.is_relation:
            return self.name_of(field.remote_field.model, value)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        return admin.utils.display_for_value(value, "–")


class ScopedAdmin(ScopedMixin, SimpleHistoryAdmin):
    """The admin of one model within the user's scope, with who changed what and when.

    ``search_fields`` are compared without diacritics: name ``search_key`` columns. ``label_related`` are the foreign
    keys that ``label`` reads. A field in ``visible_choices`` offers every row the user may see; any other foreign key
    only those that the user may change.
    """

    visible_choices = ()
    label_related = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    object_history_template = "admin/history.html"
    delete_confirmation_template = "admin/delete_row.html"

    class Media:
        css = {"all": ["css/admin_tables.css"]}

    def label(self, obj):
        """A row's name where it is chosen, long enough to tell it from others of the same name."""
        return str(obj)

    def editable(self, queryset, user):
        """Narrow rows of this model to those a user may change."""
        return editable(queryset, user)

    def choices(self, db_field, queryset, request):
        """Narrow what a foreign key of this model may point at."""
        narrow = visible if db_field.name in self.visible_choices else editable
        return narrow(queryset, request.user)

    # --- May the user …

    def may_edit(self, request, obj):
        """Return whether a stored row is one that the user may change; asked once per request and row."""
        asked = request.__dict__.setdefault("_may_edit", {})
        key = (self.opts.label, obj.pk)
        if key not in asked:
            asked[key] = self.editable(self.model._default_manager.filter(pk=obj.pk), request.user).exists()
        return asked[key]

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.pk is None or self.may_edit(request, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.pk is None or self.may_edit(request, obj))

    def get_inlines(self, request, obj):
        return [inline for inline in super().get_inlines(request, obj) if obj or not inline.only_stored]

    # --- Lists

    def get_search_results(self, request, queryset, search_term):
        search_term = search_term.replace('"', " ").strip()
        plain = search_key(search_term)
        if " " in plain:
            # “Ấp 2” is a name and not two words, one of which stands somewhere in a code.
            found, may_repeat = self.search(request, queryset, f'"{plain}"', f'"{search_term}"')
            if found.exists():
                return found, may_repeat
        return self.search(request, queryset, plain, search_term)

    def search(self, request, queryset, plain, typed):
        """Search for text without diacritics, and as it was typed."""
        found, may_repeat = super().get_search_results(request, queryset, plain)
        if plain == " ".join(typed.lower().split()):
            return found, may_repeat
        # Decision numbers and summaries have no key without diacritics; they are found as they are typed.
        as_typed, _may_repeat = super().get_search_results(request, queryset, typed)
        either = Q(pk__in=found.order_by().values("pk")) | Q(pk__in=as_typed.order_by().values("pk"))
        return queryset.filter(either), False

    # --- Saving

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except OutOfReach:
            text = _("Nothing was saved: this lies outside the area in which you may change things.")
        except IntegrityError:
            # Two people saved at once, or two rows of one form took each other's place.
            text = _("Nothing was saved: another row already stands where this one would. Look again and try anew.")
        messages.error(request, text)
        return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        form.was = self.model._base_manager.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.saved(request, form.instance, form.was)
        # Only now it is known where the row lies.
        if not self.editable(self.model._default_manager.filter(pk=form.instance.pk), request.user).exists():
            raise OutOfReach

    def saved(self, request, obj, was):
        """Keep what is derived from this row right, after it and the rows on its page were saved."""

    def deleted(self, request, obj):
        """Keep what is derived from this row right, after it was deleted."""

    # --- Deleting

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except ProtectedError:
            messages.error(request, _("Nothing was deleted: something was recorded here in the meantime."))
            return HttpResponseRedirect(request.get_full_path())

    def delete_model(self, request, obj):
        gone = self.model._base_manager.get(pk=obj.pk)
        super().delete_model(request, obj)
        self.deleted(request, gone)

    def get_deleted_objects(self, objs, request):
        """As Django's, but what hangs on the rows is counted and not named: it may lie out of sight."""
        going, counts, protected, needed = [], {}, [], set()
        for obj in objs:
            going.append(format_html("{}: {}", capfirst(self.opts.verbose_name), self.label(obj)))
            if not self.has_delete_permission(request, obj):
                needed.add(self.opts.verbose_name)
            for relation, count in self.hangs_on(obj):
                name = relation.related_model._meta.verbose_name_plural
                if relation.on_delete is PROTECT:
                    protected.append(f"{capfirst(name)}: {count}")
                elif relation.on_delete is CASCADE:
                    counts[name] = counts.get(name, 0) + count
        counts[self.opts.verbose_name_plural] = len(going)
        return going, counts, needed, protected

    def hangs_on(self, obj):
        """Yield each relation by which rows hang on this one, and how many do."""
        for relation in self.opts.get_fields(include_hidden=True):
            if not isinstance(relation, ManyToOneRel) or hasattr(relation.related_model, "history_type"):
                continue
            count = relation.related_model._base_manager.filter(**{relation.field.name: obj}).count()
            if count:
                yield relation, count

    # --- History

    def revert_disabled(self, request, obj=None):
        # A wrong row is corrected in its form, with all its rules, and the history shows that too.
        return True

    def history_view(self, request, object_id, extra_context=None):
        if self.get_object(request, unquote(object_id)) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_view_title(self, request, obj):
        return _("History of %(name)s") % {"name": obj}

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", object_id)

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        # Names of other rows are read by key and within scope, so nothing else is joined.
        return history_manager.filter(**{pk_name: object_id}).select_related("history_user")

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=False):
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs=False)

    def get_historical_record_context_helper(self, request, historical_record):
        names = request.__dict__.setdefault("_names", {})

        def name_of(model, key):
            if (model, key) not in names:
                related = self.admin_site.admin_of(model)
                rows = related.get_queryset(request) if related else visible(model._base_manager.all(), request.user)
                row = rows.filter(pk=key).first()
                label = related.label if related else str
                names[model, key] = label(row) if row else gettext("(gone, or not in your area)")
            return names[model, key]

        return HistoryHelper(self.model, historical_record, name_of)


class RuleAdmin(ScopedAdmin):
    """Rules with dates. ``what`` says in a sentence or two what one row does."""

    what = ""
    list_filter = (InForceFilter,)
    keeps_the_past = _(
        "To change this from a certain day on, give the row a last day and add a new row that begins on the day "
        "after: what was counted before keeps the rule of its day. Correct a row in place only where it was wrong "
        "from the beginning. A row that has been in force cannot be deleted."
    )

    def get_fieldsets(self, request, obj=None):
        description = format_html("<p>{}</p><p>{}</p>", self.what, self.keeps_the_past)
        return [(None, {"fields": self.get_fields(request, obj), "description": description})]

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or (obj.first_day is not None and obj.first_day > today()))
