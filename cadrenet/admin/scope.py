"""What the pages of the administration show and offer: rows, choices and inlines within the user's scope."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError

from cadrenet.dates import ClockField, DayField, MomentField
from cadrenet.editing import EditFormSet, EditMixin


def visible(queryset, user):
    """Narrow rows to those a user may see; rows without a scope are left as they are."""
    return queryset.visible_to(user) if hasattr(queryset, "visible_to") else queryset


def editable(queryset, user):
    """Narrow rows to those a user may change; rows without a scope are left as they are."""
    return queryset.editable_by(user) if hasattr(queryset, "editable_by") else queryset


def changeable(queryset, user):
    """Narrow rows to those of which a user may change every column; without a scope as ``editable``."""
    return queryset.changeable_by(user) if hasattr(queryset, "changeable_by") else editable(queryset, user)


def with_related(queryset, names):
    """Read rows together with those that some foreign keys name. To name none would be to read all of them."""
    return queryset.select_related(*names) if names else queryset


class OutOfReach(Exception):
    """What was to be saved lies outside the area in which the user may change things."""


class ChoiceField(forms.ModelChoiceField):
    """A choice of rows, labelled by the admin of their model."""

    label_of = staticmethod(str)
    # What reads rows together with what their labels ask for.
    labelled = staticmethod(lambda queryset: queryset)

    def label_from_instance(self, obj):
        return self.label_of(obj)


class ScopedForm(EditMixin, forms.ModelForm):
    """A form in which what is chosen already stays a choice, even if the user could not choose it afresh.

    ``user`` is whoever has it before him: what a page refuses him, ``check_rules`` refuses here.
    """

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.keep_stored()

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            try:
                self.check_rules()
            except ValidationError as error:
                self._update_errors(error)

    def check_rules(self):
        """Raise ``ValidationError`` where a page would refuse what the row (``instance``) is to become."""


class ScopedMixin:
    """Rows, and choices of foreign keys, within the user's scope."""

    form = ScopedForm

    def get_queryset(self, request):
        return self.visible(super().get_queryset(request), request.user)

    def get_view_on_site_url(self, obj=None):
        # Straight to the page of the row, which asks who may see it: Django's own way there asks nobody.
        return obj.get_absolute_url() if obj is not None and hasattr(obj, "get_absolute_url") else None

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
            rows = model._default_manager.all()
            if related:
                rows = related.labelled(rows)
                rows = rows.order_by(*(related.get_ordering(request) or model._meta.ordering))
        kwargs["queryset"] = source.choices(db_field, rows, request)
        field = super().formfield_for_foreignkey(db_field, request, **{"form_class": ChoiceField, **kwargs})
        if related and isinstance(field, ChoiceField):
            field.label_of, field.labelled = related.label, related.labelled
        return field

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Another row is changed and deleted on its own page, not from a form that only names it.
            field.widget.can_change_related = field.widget.can_delete_related = False
        if isinstance(field, DayField | ClockField | MomentField):
            field.label = f"{field.label} ({field.says})"
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        rows = kwargs.get("queryset", db_field.remote_field.model._default_manager.all())
        kwargs["queryset"] = visible(rows, request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class ScopedInline(ScopedMixin, admin.TabularInline):
    """Rows of another model on a page; to change them one must be allowed to change the page's own row."""

    formset = EditFormSet
    extra = 0
    show_change_link = True
    only_stored = False  # nothing to show for a row that is not stored yet

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_add_related = False
        return field

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        # The class is made for this request alone.
        formset.form.user = request.user
        return formset

    def parent_allows(self, request, parent):
        """Return whether the user may change the row that these rows belong to."""
        return self.admin_site._registry[self.parent_model].has_change_permission(request, parent)

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and (obj is None or self.parent_allows(request, obj))

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or self.parent_allows(request, obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or self.parent_allows(request, obj))


class HasPages:
    """Rows that pages make and change: here they are corrected, by nobody further than there.

    ``settled`` are the fields that no page changes once a row is there. Only a superuser corrects these all the same,
    and deletes what no page deletes.
    """

    settled = ()

    def get_readonly_fields(self, request, obj=None):
        found = super().get_readonly_fields(request, obj)
        return [*found, *self.settled] if obj and not request.user.is_superuser else found

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or self.may_be_taken_back(obj))

    def may_be_taken_back(self, obj):
        """Return whether a page takes this row away again."""
        return False


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
