"""Texts that were stored before all of them were cleaned."""

from cadrenet.vietnamese import cleaned, cleaned_lines, person_sort_key, search_key, sort_key

# Derived keys, what the program makes for itself, and what Django compares byte by byte.
LEFT_ALONE = {"sort_key", "search_key", "digest", "outcome", "password", "username", "source", "level", "quarter"}


def clean_texts(apps, label):
    """Clean what is stored in the columns of text of an app, and derive the keys of the names anew.

    A code or a name that is another row's once it is clean stays as it is: somebody has to say which of the two goes.
    """
    for model in apps.get_app_config(label).get_models():
        if model._meta.managed and not model.__name__.startswith("Historical"):
            clean_rows(model)


def clean_rows(model):
    fields = {
        field.name: field
        for field in model._meta.concrete_fields
        if field.get_internal_type() in ("CharField", "TextField")
        and not field.choices
        and field.name not in LEFT_ALONE
    }
    for key, *stored in model.objects.order_by().values_list("pk", *fields).iterator(2000) if fields else ():
        found = {}
        for (name, field), was in zip(fields.items(), stored, strict=True):
            clean = cleaned_lines if field.get_internal_type() == "TextField" else cleaned
            if was and (now := clean(was)) != was and not (field.unique and stands(model, name, now)):
                found[name] = now
        if found:
            model.objects.filter(pk=key).update(**found, **keys_of(model, found))


def stands(model, name, value):
    return model.objects.filter(**{name: value}).exists()


def keys_of(model, found):
    """The keys of a name that was cleaned."""
    if name := found.get("full_name"):
        return {"sort_key": person_sort_key(name), "search_key": search_key(name)}
    if "name" in found and hasattr(model, "search_key"):
        return {"sort_key": sort_key(found["name"]), "search_key": search_key(found["name"])}
    return {}
