"""The administration of localities, assignments and logins: what saving does, and what is refused."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import translation

from assignments.models import AccessGrant, Assignment, Cadre, Locality, LocalityType, LocalityVersion, Place, User
from assignments.tests.cast import again, agency, assign, at, cadre, small_tree, user
from cadrenet.periods import today
from meetings.models import Attendance, Meeting
from meetings.rosters import keep_rosters, wrong_rosters

pytestmark = pytest.mark.django_db
# The page of a cadre with nothing said of assignments and postings.
NO_ROWS = {f"{name}-{of}_FORMS": 0 for name in ("assignments", "postings") for of in ("TOTAL", "INITIAL")}
REFUSED = "Nothing was saved: this lies outside the area in which you may change things."


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    translation.activate("en")


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def root(client):
    made = user("root", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def staff(client, name="clerk", **grant):
    """Sign in somebody with every permission and one grant."""
    made = user(name, is_staff=True, **grant)
    made.user_permissions.set(Permission.objects.all())
    client.force_login(made)
    return made


def said(response):
    return [str(message) for message in response.context["messages"]]


def errors_of(response):
    """What the page of a row says is wrong, as texts."""
    found = [error for errors in response.context["adminform"].errors.values() for error in errors]
    for inline in response.context["inline_admin_formsets"]:
        found += inline.formset.non_form_errors()
        found += [error for form in inline.formset.errors for errors in form.values() for error in errors]
    return found


def form_of(of, *rows):
    """The form of a locality with these versions: dicts of what differs from the stored one, or is new."""
    data = {"code": of.code, "assignments-TOTAL_FORMS": 0, "assignments-INITIAL_FORMS": 0}
    stored = list(of.versions.order_by("first_day"))
    data |= {"versions-TOTAL_FORMS": len(rows), "versions-INITIAL_FORMS": len(stored)}
    for index, row in enumerate(rows):
        version = stored[index] if index < len(stored) else stored[-1]
        known = index < len(stored)
        values = {
            "id": version.pk if known else "",
            "locality": of.pk,
            "name": version.name,
            "type": version.type_id,
            "parent": version.parent_id or "",
            "first_day": version.first_day or "" if known else "",
            "last_day": version.last_day or "" if known else "",
            "households": "",
        }
        for name, value in (values | row).items():
            data[f"versions-{index}-{name}"] = f"{value:%d/%m/%Y}" if isinstance(value, date) else value
    return data


def post_versions(client, of, *rows, follow=True):
    return client.post(url(Locality, "change", of.pk), form_of(of, *rows), follow=follow)


# --- Localities -----------------------------------------------------------------------------------------------


def test_moving_a_hamlet_re_points_meetings_and_rosters_from_its_day_on(client, root):
    tree = small_tree()
    hamlet, old, new = cadre("HAMLET"), cadre("OLD"), cadre("NEW")
    assign(hamlet, tree.an2)
    assign(old, tree.an)
    assign(new, tree.binh)
    meetings = {}
    for place in (tree.an, tree.binh):
        for day in (date(2022, 5, 9), date(2022, 5, 20)):
            meetings[place.code, day.day] = Meeting.objects.create(
                kind="commune_committee", locality=place, starts_at=at(day), status="held"
            )
    before = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 9)), status="held")
    after = Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 20)), status="held")
    keep_rosters(Meeting.objects.all())

    answer = post_versions(
        client,
        tree.an2,
        {"last_day": date(2022, 5, 14)},
        {"parent": tree.binh.pk, "first_day": date(2022, 5, 15)},
    )

    assert answer.redirect_chain == [(url(Locality, "changelist"), 302)]
    places = {m.pk: m.place.commune_id for m in Meeting.objects.select_related("place").filter(kind="cell")}
    assert places == {before.pk: tree.an.pk, after.pk: tree.binh.pk}
    rosters = {
        key: sorted(meeting.attendances.values_list("cadre__code", flat=True)) for key, meeting in meetings.items()
    }
    assert rosters == {
        ("AN", 9): ["HAMLET", "OLD"],
        ("AN", 20): ["OLD"],
        ("BI", 9): ["NEW"],
        ("BI", 20): ["HAMLET", "NEW"],
    }
    assert wrong_rosters() == set()
    assert LocalityVersion.history.filter(history_user=root, history_type="+").count() == 1


def test_a_corrected_parent_takes_the_hamlets_cadre_off_the_rosters_of_the_wrong_commune(client, root):
    tree = small_tree()
    assign(cadre("HAMLET"), tree.an2)
    wrong, right = (
        Meeting.objects.create(kind="commune_committee", locality=place, starts_at=at(date(2022, 5, 9)))
        for place in (tree.an, tree.binh)
    )
    keep_rosters(Meeting.objects.all())

    post_versions(client, tree.an2, {"parent": tree.binh.pk})

    assert (wrong.attendances.count(), right.attendances.count()) == (0, 1)


def test_the_form_closes_a_version_and_opens_the_next_in_one_go(client, root):
    tree = small_tree()

    post_versions(
        client, tree.an2, {"last_day": date(2023, 6, 30)}, {"name": "Ấp Hai", "first_day": date(2023, 7, 1)}
    )

    told = Place.objects.filter(locality=tree.an2).order_by("first_day").values_list("name", "first_day", "last_day")
    assert list(told) == [
        ("Ấp 2", date.min, date(2023, 6, 30)),
        ("Ấp Hai", date(2023, 7, 1), date.max),
    ]


@pytest.mark.parametrize(
    "rows, error",
    [
        (
            [{"last_day": date(2023, 7, 1)}, {"first_day": date(2023, 7, 1)}],
            "The versions “Ấp 2” and “Ấp 2” hold on some of the same days.",
        ),
        ([{"first_day": date(2023, 7, 2), "last_day": date(2023, 7, 1)}], "The last day lies before the first day."),
    ],
)
def test_versions_that_contradict_each_other_are_refused(client, root, rows, error):
    tree = small_tree()

    answer = post_versions(client, tree.an2, *rows)

    assert errors_of(answer) == [error]
    assert tree.an2.versions.get().last_day is None


def test_a_version_of_another_tier_is_refused(client, root):
    tree = small_tree()

    answer = post_versions(client, tree.an2, {"type": LocalityType.objects.get(code="commune").pk})

    assert "This type is of another tier than the locality." in errors_of(answer)


def test_a_locality_does_not_end_over_the_heads_of_what_lies_in_it(client, root):
    tree = small_tree()

    answer = post_versions(client, tree.an1, {"last_day": date(2023, 6, 30)})

    assert errors_of(answer) == [
        "Tổ số 1 lies in this locality on days on which this would not exist. Move or end it first."
    ]


def test_a_locality_does_not_end_while_somebody_is_assigned(client, root):
    tree = small_tree()
    assign(cadre("P", "Lê Văn Tám"), tree.an2)

    answer = post_versions(client, tree.an2, {"last_day": date(2023, 6, 30)})

    assert errors_of(answer) == [
        "Lê Văn Tám is assigned to this locality on days on which it would not exist. End that first."
    ]


def test_who_ends_a_locality_is_told_of_what_is_planned_after_its_end(client, root):
    tree = small_tree()
    Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2023, 7, 9)))

    answer = post_versions(client, tree.an2, {"last_day": date(2023, 6, 30)})

    assert "1 record lies on a day on which this locality does not exist. Look at it." in said(answer)


def test_a_locality_at_which_something_was_recorded_cannot_be_deleted(client, root):
    tree = small_tree()
    Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(date(2022, 5, 9)))

    asked = client.get(url(Locality, "delete", tree.an2.pk))
    client.post(url(Locality, "delete", tree.an2.pk), {"post": "yes"})

    assert asked.context["protected"] == ["Meetings: 1"]
    assert "It cannot be deleted, because something hangs on it." in asked.content.decode()
    assert Locality.objects.filter(pk=tree.an2.pk).exists()


def test_a_locality_entered_by_mistake_goes_with_its_versions_and_places(client, root):
    tree = small_tree()

    client.post(url(Locality, "delete", tree.an2.pk), {"post": "yes"})

    assert not Locality.objects.filter(pk=tree.an2.pk).exists()
    assert not Place.objects.filter(name="Ấp 2").exists()
    assert Locality.history.get(id=tree.an2.pk, history_type="-").history_user == root


def test_a_new_locality_stands_at_once_where_it_lies(client, root):
    tree = small_tree()
    data = {
        "code": "AN-3",
        "tier": "hamlet",
        "versions-TOTAL_FORMS": 1,
        "versions-INITIAL_FORMS": 0,
        "versions-0-name": "Ấp 3",
        "versions-0-type": LocalityType.objects.get(code="hamlet").pk,
        "versions-0-parent": tree.an.pk,
    }

    client.post(url(Locality, "add"), data)

    assert (
        Locality.objects.get(code="AN-3").stood_on(today()).full_path == "Huyện Mẫu › Nhóm Bắc › Thị trấn An › Ấp 3"
    )


def test_an_editor_neither_lifts_a_hamlet_out_of_the_tree_nor_hands_it_to_another_commune(client):
    tree = small_tree()
    staff(client, at=tree.an, level="editor")

    for parent in ("", tree.binh.pk, tree.north.pk):
        answer = post_versions(client, tree.an2, {"parent": parent})
        assert len(errors_of(answer)) == 1

    assert tree.an2.versions.get().parent == tree.an


def test_an_editor_corrects_the_name_of_the_own_commune_and_leaves_it_where_it_lies(client):
    tree = small_tree()
    staff(client, at=tree.an, level="editor")

    post_versions(client, tree.an, {"name": "Thị trấn Ân"})

    assert list(tree.an.versions.values_list("name", "parent__code")) == [("Thị trấn Ân", "N")]


# --- Assignments and cadres ---------------------------------------------------------------------------------


def assignment_form(who, to, **more):
    return {
        "cadre": who.pk,
        "role": "in_charge",
        "locality": to.pk,
        "first_day": "01/01/2022",
        "last_day": "",
        "end_reason": "",
        "decision_number": "",
        "decision_on": "",
    } | more


def test_saving_ending_and_deleting_an_assignment_keeps_rosters(client, root):
    tree = small_tree()
    who = cadre("P")
    for day in (date(2022, 5, 9), date(2022, 6, 9)):
        Meeting.objects.create(kind="cell", locality=tree.an2, starts_at=at(day), status="held")

    def days():
        return [f"{day:%d/%m}" for day in Attendance.objects.order_by("day").values_list("day", flat=True)]

    client.post(url(Assignment, "add"), assignment_form(who, tree.an2))
    made = Assignment.objects.get()
    assert days() == ["09/05", "09/06"]

    ended = assignment_form(who, tree.an2, last_day="31/05/2022", end_reason="transferred")
    client.post(url(Assignment, "change", made.pk), ended)
    assert days() == ["09/05"]

    client.post(url(Assignment, "delete", made.pk), {"post": "yes"})
    assert days() == []
    assert [row.history_type for row in Assignment.history.order_by("history_id")] == ["+", "~", "-"]


def test_an_assignment_that_moves_takes_both_rosters_along(client, root):
    tree = small_tree()
    who = cadre("P")
    made = assign(who, tree.an2)
    for place in (tree.an1, tree.an2):
        Meeting.objects.create(kind="cell", locality=place, starts_at=at(date(2022, 5, 9)), status="held")
    keep_rosters(Meeting.objects.all())

    client.post(url(Assignment, "change", made.pk), assignment_form(who, tree.an1))

    assert list(Attendance.objects.values_list("meeting__locality__code", flat=True)) == ["AN-1"]


def test_two_of_the_same_name_are_told_apart_where_they_are_chosen(client, root):
    small_tree()
    cadre("P1", "Nguyễn Văn An", agency=agency("X", "Phòng Nội vụ"))
    cadre("P2", "Nguyễn Văn An")
    asked = {"app_label": "assignments", "model_name": "assignment", "term": "nguyen van an"}

    people = client.get("/admin/autocomplete/", asked | {"field_name": "cadre"}).json()["results"]
    places = client.get("/admin/autocomplete/", asked | {"field_name": "locality", "term": "ap 1"}).json()["results"]

    assert [row["text"] for row in people] == ["Nguyễn Văn An (Phòng Nội vụ)", "Nguyễn Văn An (P2)"]
    assert [row["text"] for row in places] == [
        "Ấp 1 (Xã Bình › Nhóm Bắc)",
        "Ấp 1 (Xã Cẩm › Nhóm Nam)",
    ]


@pytest.mark.parametrize("term", ["do", "Đỗ", "đỗ thị", "thi ngoc anh", "Anh do"])
def test_a_cadre_is_found_with_and_without_diacritics(client, root, term):
    cadre("P1", "Đỗ Thị Ngọc Ánh")
    cadre("P2", "Trần Văn Bảy")

    page = client.get(url(Cadre, "changelist"), {"q": term})

    assert [row.code for row in page.context["cl"].result_list] == ["P1"]


def test_cadres_stand_in_the_order_of_their_given_names(client, root):
    for code, name in (("1", "Nguyễn Thị Ước"), ("2", "Trần Văn Đạt"), ("3", "Lê Thị Dung"), ("4", "Phạm Văn Ái")):
        cadre(code, name)

    page = client.get(url(Cadre, "changelist"))

    assert [row.full_name.split()[-1] for row in page.context["cl"].result_list] == ["Ái", "Dung", "Đạt", "Ước"]


# --- Logins ---------------------------------------------------------------------------------------------------


def grants(*rows, existing=()):
    data = {"grants-TOTAL_FORMS": len(rows), "grants-INITIAL_FORMS": len(existing)}
    for index, row in enumerate(rows):
        for name, value in ({"locality": "", "agency": "", "level": "viewer"} | row).items():
            data[f"grants-{index}-{name}"] = value
    return data


NEW_LOGIN = {"username": "moi", "password1": "mật-khẩu-dài-1", "password2": "mật-khẩu-dài-1"}


def test_an_editor_gives_out_logins_for_the_own_area_only(client):
    tree = small_tree()
    staff(client, at=tree.an, level="editor")

    refused = client.post(url(User, "add"), NEW_LOGIN | grants({"locality": tree.binh.pk}))
    nothing = client.post(url(User, "add"), NEW_LOGIN | grants())
    assert not User.objects.filter(username="moi").exists()
    client.post(url(User, "add"), NEW_LOGIN | grants({"locality": tree.an2.pk}))

    assert len(errors_of(refused)) == 1
    assert len(errors_of(nothing)) == 1
    assert User.objects.get(username="moi").grants.get().locality == tree.an2


def test_a_grant_outside_of_what_one_decides_is_refused(client):
    tree = small_tree()
    staff(client, at=tree.an, level="editor")
    AccessGrant.objects.create(user=User.objects.get(), locality=tree.binh, level="viewer")
    own = user("own", at=tree.an1)

    seen_only = client.post(
        url(AccessGrant, "add"), {"user": own.pk, "level": "viewer", "locality": tree.binh.pk, "agency": ""}
    )
    stranger = client.post(
        url(AccessGrant, "add"),
        {"user": user("other", at=tree.binh).pk, "level": "viewer", "locality": tree.an.pk, "agency": ""},
    )

    assert [list(answer.context["adminform"].errors) for answer in (seen_only, stranger)] == [["locality"], ["user"]]
    assert own.grants.count() == 1


def test_only_superusers_make_staff_and_superusers_and_give_permissions(client):
    tree = small_tree()
    staff(client, at=tree.an, level="editor")
    own = user("own", at=tree.an1)
    grant = own.grants.get()
    stored = {
        "grants-0-id": grant.pk,
        "grants-0-user": own.pk,
        "grants-0-locality": tree.an1.pk,
        "grants-0-level": "viewer",
    }
    more = {"is_staff": "on", "is_superuser": "on", "user_permissions": [Permission.objects.first().pk]}

    page = client.get(url(User, "change", own.pk))
    client.post(
        url(User, "change", own.pk),
        {"username": "own", "display_name": "Văn phòng", "is_active": "on"}
        | grants({}, existing=[grant])
        | stored
        | more,
    )

    own = again(own)
    assert sorted(page.context["adminform"].form.fields) == [
        "display_name",
        "is_active",
        "opened",
        "password",
        "username",
    ]
    assert (own.display_name, own.is_staff, own.is_superuser) == ("Văn phòng", False, False)
    assert own.user_permissions.count() == 0
    assert client.get("/admin/auth/group/").status_code == 403


def test_a_login_that_reaches_further_is_not_handled_by_an_editor(client):
    """Or its password could be set by somebody who then sees what it sees."""
    tree = small_tree()
    clerk = staff(client, at=tree.an, level="editor")
    both = user("both", at=tree.an1)
    AccessGrant.objects.create(user=both, locality=tree.binh, last_day=date(2020, 1, 1))
    assigned = user("assigned", at=tree.an1)
    assign(cadre("P", user=assigned), tree.binh)
    colleague = user("colleague", at=tree.an1, is_staff=True)
    fine = user("fine", at=tree.an1)

    shown = client.get(url(User, "changelist")).context["cl"].result_list
    codes = {
        who.username: client.get(url(User, "change", who.pk).replace("change", "password")).status_code
        for who in (both, assigned, colleague, clerk, fine)
    }

    assert sorted(who.username for who in shown) == ["assigned", "both", "clerk", "colleague", "fine"]
    assert codes == {"both": 403, "assigned": 403, "colleague": 403, "clerk": 403, "fine": 200}


def test_a_cadre_who_serves_elsewhere_too_is_not_linked_to_a_login_by_an_editor(client):
    tree = small_tree()
    staff(client, at=tree.an, level="editor")
    own = user("own", at=tree.an1)
    office = agency("X", "Phòng Mẫu", at=tree.an)
    who = cadre("P", agency=office)
    assign(who, tree.binh)
    data = {"full_name": who.full_name, "code": "P", "party_member": "on", "user": own.pk}

    answer = client.post(url(Cadre, "change", who.pk), data | NO_ROWS)

    assert answer.status_code == 403
    assert Cadre.objects.get().user is None


def test_history_says_who_when_and_what(client, root):
    who = cadre("P", "Nguyễn Văn An")
    data = {"full_name": "Nguyễn Văn Ân", "code": "P", "party_member": "on"}
    client.post(url(Cadre, "change", who.pk), data | NO_ROWS)

    page = client.get(url(Cadre, "history", who.pk))

    assert [
        (row.history_type, row.history_user, getattr(row, "history_delta_changes", None))
        for row in page.context["page_obj"]
    ] == [
        ("~", root, [{"field": "Full name", "old": "Nguyễn Văn An", "new": "Nguyễn Văn Ân"}]),
        ("+", None, None),
    ]


def test_history_cannot_be_used_to_bring_back_an_old_row(client, root):
    who = cadre("P", "Nguyễn Văn An")
    address = f"/admin/assignments/cadre/{who.pk}/history/{Cadre.history.get().pk}/"

    answer = client.post(address, {"full_name": "X", "code": "P"})

    assert (answer.status_code, answer.url) == (302, url(Cadre, "history", who.pk))
    assert Cadre.history.count() == 1
