"""The admin of one model: its list, its form and its deletion, within the user's scope."""

import json
from functools import reduce
from operator import or_

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError
from django.db.models import CASCADE, PROTECT, ManyToOneRel, ProtectedError, Q
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cadrenet.admin.history import HistoryAdmin
from cadrenet.admin.scope import OutOfReach, ScopedMixin, changeable, editable, visible, with_related
from cadrenet.codes import key_in
from cadrenet.editing import hold
from cadrenet.receipts import nothing_stored, stored
from cadrenet.texts import called
from cadrenet.vietnamese import cleaned, marks_pattern, search_key

# Names in an address of a window that is closed again the row which was added in it.
STORED = "_stored"


class EditAdmin(admin.ModelAdmin):
    """Pages on which nobody overwrites what he has not seen: of a row, and of the rows that stand on its page.

    Forms are ``EditMixin`` forms, sets of inlines ``EditFormSet``.
    """

    change_form_template = "admin/edit_form.html"

    def lookup_allowed(self, lookup, value, request=None):
        """Refuse regular expressions in an address: one of them can keep a server busy for hours."""
        if {"regex", "iregex"} & set(lookup.split(LOOKUP_SEP)):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_object(self, request, object_id, from_field=None):
        key = key_in(object_id)
        if request.method == "POST" and from_field is None and key is not None:
            # Inside the transaction of the page: whoever else would change the row waits.
            hold(self.model, key)
        return super().get_object(request, object_id, from_field)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        response = super().changeform_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "adminform" in shown:
            sets = [inline.formset for inline in shown["inline_admin_formsets"]]
            if any(getattr(form, "is_stale", False) for form in [shown["adminform"].form, *sets]):
                response.status_code = 409
        return response


class ScopedAdmin(ScopedMixin, EditAdmin, HistoryAdmin):
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
    delete_confirmation_template = "admin/delete_row.html"

    class Media:
        css = {"all": ["css/admin_tables.css"]}

    def labelled(self, queryset):
        """Read rows together with what ``label`` asks of each."""
        return with_related(queryset, self.label_related)

    def label(self, obj):
        """A row's name where it is chosen, long enough to tell it from others of the same name."""
        return str(obj)

    def editable(self, queryset, user):
        """Narrow rows of this model to those a user may change as a whole."""
        return changeable(queryset, user)

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

    def has_add_permission(self, request):
        rows = self.model._default_manager.all()
        somewhere = not hasattr(rows, "may_be_added_by") or rows.may_be_added_by(request.user)
        return super().has_add_permission(request) and somewhere

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.pk is None or self.may_edit(request, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.pk is None or self.may_edit(request, obj))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        # The class is made for this request alone.
        form.user = request.user
        return form

    def get_inlines(self, request, obj):
        return [inline for inline in super().get_inlines(request, obj) if obj or not inline.only_stored]

    # --- Lists

    def get_search_results(self, request, queryset, search_term):
        search_term = cleaned(search_term.replace('"', " "))
        if marks_pattern(search_term):
            return self.search_marked(request, queryset, search_term)
        plain = search_key(search_term)
        if " " in plain:
            # “Ấp 2” is a name and not two words, one of which stands somewhere in a code.
            found, may_repeat = self.search(request, queryset, f'"{plain}"', f'"{search_term}"')
            if found.exists():
                return found, may_repeat
        return self.search(request, queryset, plain, search_term)

    def search_marked(self, request, queryset, typed):
        """Search for text in which marks were typed, which must agree: as one name, or word by word."""
        for terms in ([typed], typed.split()):
            found = queryset.filter(*(self.holds(term, request) for term in terms)).order_by().values("pk")
            if len(terms) > 1 or found.exists():
                break
        return queryset.filter(pk__in=found), False

    def holds(self, term, request):
        """The condition that one of the columns that are searched holds a term."""
        conditions = (
            called(term, name_of(self.model, column), column)
            if column.endswith("search_key")
            else Q(**{f"{column}__icontains": term})
            for column in self.get_search_fields(request)
        )
        return reduce(or_, conditions, Q())

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
        nothing_stored(request)
        return HttpResponseRedirect(request.get_full_path())

    def add_view(self, request, form_url="", extra_context=None):
        if request.method == "GET" and IS_POPUP_VAR in request.GET and (key := request.GET.get(STORED)):
            return self.close_popup(request, key)
        return super().add_view(request, form_url, extra_context)

    def response_add(self, request, obj, post_url_continue=None):
        if IS_POPUP_VAR in request.POST:
            # The window is closed by a page and not by a redirect; sent again, it closes again.
            stored(request, f"{request.path}?{urlencode({IS_POPUP_VAR: 1, STORED: obj.pk})}")
        return super().response_add(request, obj, post_url_continue)

    def close_popup(self, request, key):
        """Close the window in which a row was added, and choose that row on the page behind it."""
        obj = self.get_object(request, key)
        if obj is None:
            raise Http404
        data = json.dumps({"value": str(obj.pk), "obj": str(obj)})
        return TemplateResponse(request, "admin/popup_response.html", {"popup_response_data": data})

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
            if relation.hidden and relation.on_delete is CASCADE:
                # Receipts and the like: nothing that somebody recorded.
                continue
            count = relation.related_model._base_manager.filter(**{relation.field.name: obj}).count()
            if count:
                yield relation, count


def name_of(model, key):
    """Return the column of the name that a ``search_key``, reached from a model, is made of."""
    *path, _key = key.split(LOOKUP_SEP)
    for step in path:
        try:
            model = model._meta.get_field(step).related_model
        except FieldDoesNotExist:
            # Where a locality stands (``standing``), joined by the list alone.
            return LOOKUP_SEP.join([*path, "name"])
    return LOOKUP_SEP.join([*path, getattr(model, "named_by", "name")])
