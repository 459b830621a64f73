"""Decisions on pages: a draft, its lines one by one, pasted and copy_lines, its effect, and its annex."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from assignments.actions import localities_changed
from assignments.models import Assignment, Decision, DecisionLine, Handover, Limit, Term
from assignments.tests.cast import agency, assign, cadre, locality, small_tree, user
from cadrenet.periods import today
from reports.tests.visits import sheet_table, visitor

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)
BEFORE = FIRST - timedelta(days=1)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def at(name, *args):
    return reverse(f"assignments:{name}", args=args)


def office():
    """The small tree, somebody who decides in all of it, an office of the district, and an empty draft."""
    tree = small_tree()
    tree.who = user("editor", at=tree.district, level="editor")
    tree.client = visitor(tree.who)
    tree.home = agency("VP", "Văn phòng", at=tree.district)
    tree.draft = paper(tree.district)
    return tree


def paper(where, number="12-QĐ/HU", **more):
    return Decision.objects.create(
        number=number, signed_on=date(2026, 5, 20), first_day=FIRST, locality=where, signer="Nguyễn Văn Ký", **more
    )


def official(tree, code, name="Lê Văn Tám", home=None):
    return cadre(code, name, agency=home or tree.home)


def line(draft, place, who, **more):
    return DecisionLine.objects.create(decision=draft, locality=place, cadre=who, **more)


def shown(client, url, **query):
    response = client.get(url, query)
    assert response.status_code == 200
    return response.context


def said(response):
    return [str(message) for message in response.context["messages"]]


def lines_of(draft):
    return sorted(draft.lines.values_list("locality__code", "cadre__code", "replaces__cadre__code"))


def paste(tree, text, **more):
    return tree.client.post(at("decision_paste", tree.draft.pk), {"text": text, **more})


def preview(tree, text):
    response = paste(tree, text, preview="1")
    assert response.status_code == 200
    return response.context["pasted"]


def add(tree, text, follow=True):
    """Preview, and then add, as somebody does who reads the preview."""
    seen = paste(tree, text, preview="1").context["form"]["seen"].value()
    return tree.client.post(
        at("decision_paste", tree.draft.pk), {"text": text, "seen": seen, "add": "1"}, follow=follow
    )


def why_not(tree, text):
    return [(found.number, found.why_not) for found in preview(tree, text).unmatched]


# --- The paper ----------------------------------------------------------------------------------------------------


def test_a_new_decision_is_a_draft_and_changes_nothing():
    tree = office()

    response = tree.client.post(
        at("decision_create"),
        {
            "number": "13-QĐ/HU",
            "signed_on": "28/05/2026",
            "signer": "Trần Văn Bí, Phó Bí thư",
            "first_day": "01/06/2026",
            "locality": "AN",
        },
    )

    made = Decision.objects.get(number="13-QĐ/HU")
    assert response.url == made.get_absolute_url()
    assert (made.signed_on, made.first_day, made.locality, made.is_draft) == (
        date(2026, 5, 28),
        FIRST,
        tree.an,
        True,
    )
    assert Assignment.objects.count() == 0


def test_the_same_number_and_day_are_refused():
    tree = office()

    response = tree.client.post(
        at("decision_create"),
        {"number": "12-QĐ/HU", "signed_on": "20/05/2026", "first_day": "01/06/2026", "locality": "D"},
    )

    assert response.context["form"].non_field_errors() == ["A decision with this number and day is already recorded."]


def test_an_editor_of_a_commune_decides_for_no_other_part_of_the_tree():
    tree = office()
    client = visitor(user("commune", at=tree.an, level="editor"))

    assert shown(client, at("decision_create"))["form"].fields["locality"].choices == [
        ("AN", "Thị trấn An (Huyện Mẫu › Nhóm Bắc)")
    ]
    response = client.post(
        at("decision_create"),
        {"number": "1", "signed_on": "20/05/2026", "first_day": "01/06/2026", "locality": "CA"},
    )
    assert list(response.context["form"].errors) == ["locality"]


def test_lines_follow_the_first_day_unless_somebody_chose():
    tree = office()
    old, new = official(tree, "P"), official(tree, "Q")
    early = assign(old, tree.an1, last_day=date(2026, 6, 30))
    late = assign(official(tree, "R"), tree.an1, first_day=date(2026, 7, 1))
    by_itself = line(tree.draft, tree.an1, new, replaces=early)
    by_hand = line(tree.draft, tree.an2, new)
    assign(official(tree, "S"), tree.an2)

    tree.client.post(
        at("decision_edit", tree.draft.pk),
        {"number": "12-QĐ/HU", "signed_on": "20/05/2026", "first_day": "01/08/2026", "locality": "D"},
    )

    by_itself.refresh_from_db()
    by_hand.refresh_from_db()
    assert (by_itself.replaces, by_hand.replaces) == (late, None)


@pytest.mark.parametrize("way", ["page", "administration"])
def test_a_reason_was_given_for_the_first_day_as_it_was_and_is_asked_again(way):
    tree = office()
    answered = line(tree.draft, tree.an1, official(tree, "P"), why="Huyện uỷ đã đồng ý")
    root = visitor(user("root", is_superuser=True, is_staff=True))
    data = {"number": "12-QĐ/HU", "signed_on": "20/05/2026", "first_day": "01/06/2026", "locality": "D"}
    client, address = tree.client, at("decision_edit", tree.draft.pk)
    if way == "administration":
        client, address = root, reverse("admin:assignments_decision_change", args=[tree.draft.pk])
        data |= {"locality": tree.district.pk, "lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}

    assert client.post(address, data | {"number": "13-QĐ/HU"}).status_code == 302
    answered.refresh_from_db()
    assert answered.why == "Huyện uỷ đã đồng ý"

    response = client.post(address, data | {"first_day": "01/07/2026"}, follow=True)
    answered.refresh_from_db()
    assert answered.why == ""
    assert [record.why for record in answered.history.all()][1] == "Huyện uỷ đã đồng ý"
    assert "1 reason was given for another first day, and is asked again." in str(response.content.decode())


def test_a_part_of_the_tree_that_leaves_lines_outside_is_refused():
    tree = office()
    line(tree.draft, tree.an1, official(tree, "P"))

    response = tree.client.post(
        at("decision_edit", tree.draft.pk),
        {"number": "12-QĐ/HU", "signed_on": "20/05/2026", "first_day": "01/06/2026", "locality": "CA"},
    )

    assert response.context["form"].errors == {
        "locality": ["1 line does not lie there on the first day. Remove it first."]
    }


def test_a_draft_is_thrown_away_with_its_lines():
    tree = office()
    line(tree.draft, tree.an1, official(tree, "P"))

    response = tree.client.post(at("decision_delete", tree.draft.pk), follow=True)

    assert said(response) == ["The draft was deleted. Nothing else has changed."]
    assert (Decision.objects.count(), DecisionLine.objects.count()) == (0, 0)


# --- Who sees what ------------------------------------------------------------------------------------------------


def test_drafts_are_for_those_who_decide_and_come_first():
    tree = office()
    paper(tree.an, "9", enacted_on=FIRST)
    viewer = visitor(user("viewer", at=tree.district))

    assert [row.number for row in shown(tree.client, at("decisions"))["object_list"]] == ["12-QĐ/HU", "9"]
    assert [row.number for row in shown(viewer, at("decisions"))["object_list"]] == ["9"]
    assert viewer.get(tree.draft.get_absolute_url()).status_code == 404
    assert viewer.get(at("decision_annex", tree.draft.pk)).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "decision",
        "decision_edit",
        "decision_delete",
        "line_create",
        "decision_paste",
        "decision_copy",
        "decision_reasons",
        "decision_enact",
        "decision_annex",
    ],
)
def test_a_foreign_decision_is_not_found(name):
    tree = office()
    client = visitor(user("commune", at=tree.an, level="editor"))

    assert client.get(at(name, tree.draft.pk)).status_code in (404, 405)
    assert client.post(at(name, tree.draft.pk), {}).status_code in (404, 405)
    assert not Decision.objects.get().enacted_on


@pytest.mark.parametrize("name", ["line_edit", "line_delete"])
def test_a_foreign_line_is_not_found(name):
    tree = office()
    row = line(tree.draft, tree.an1, official(tree, "P"))
    client = visitor(user("commune", at=tree.an, level="editor"))

    assert client.get(at(name, row.pk)).status_code in (404, 405)
    assert client.post(at(name, row.pk), {}).status_code == 404
    assert DecisionLine.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["decision_edit", "line_create", "decision_paste", "decision_copy", "decision_enact"]
)
def test_a_viewer_prepares_nothing(name):
    tree = office()
    client = visitor(user("viewer", at=tree.district, level="recorder"))

    assert client.get(at(name, tree.draft.pk)).status_code == 404
    assert client.get(at("decision_create")).status_code == 404
    assert "create_url" not in shown(client, at("decisions"))


# --- Lines one by one ---------------------------------------------------------------------------------------------


def test_a_line_is_added_and_replaces_the_one_who_holds_the_place():
    tree = office()
    assign(official(tree, "P"), tree.an1)
    official(tree, "Q")

    for _again in range(2):
        tree.client.post(at("line_create", tree.draft.pk), {"locality": "AN-1", "cadre": "Q", "role": "in_charge"})

    assert lines_of(tree.draft) == [("AN-1", "Q", "P")]


def test_somebody_only_leaves():
    tree = office()
    assign(official(tree, "P"), tree.an1)

    tree.client.post(at("line_create", tree.draft.pk), {"locality": "AN-1", "cadre": "", "role": "in_charge"})
    response = tree.client.post(
        at("line_create", tree.draft.pk), {"locality": "AN-2", "cadre": "", "role": "in_charge"}
    )

    assert lines_of(tree.draft) == [("AN-1", None, "P")]
    assert response.context["form"].errors == {
        "cadre": ["Say who takes over: it is not one person alone who holds the place."]
    }


def test_a_place_outside_the_decision_is_refused():
    tree = office()
    tree.draft.locality = tree.an
    tree.draft.save()
    official(tree, "P")

    response = tree.client.post(
        at("line_create", tree.draft.pk), {"locality": "CA-1", "cadre": "P", "role": "in_charge"}
    )

    assert response.context["form"].errors == {"locality": ["This does not lie in Thị trấn An."]}


def test_a_line_is_changed_and_removed():
    tree = office()
    old = assign(official(tree, "P"), tree.an1)
    row = line(tree.draft, tree.an1, official(tree, "Q"), replaces=old)

    tree.client.post(
        at("line_edit", row.pk), {"cadre": "Q", "replaces": "", "end_reason": "", "why": "Hai người cùng phụ trách"}
    )
    row.refresh_from_db()
    assert (row.replaces, row.why) == (None, "Hai người cùng phụ trách")

    nobody = tree.client.post(at("line_edit", row.pk), {"cadre": "", "replaces": ""})
    assert nobody.context["form"].errors["cadre"] == ["A line says who takes over, or who leaves."]

    tree.client.post(at("line_delete", row.pk))
    assert tree.draft.lines.count() == 0


def test_a_line_cannot_become_what_another_line_says():
    tree = office()
    line(tree.draft, tree.an1, official(tree, "P"))
    row = line(tree.draft, tree.an1, official(tree, "Q"))

    response = tree.client.post(at("line_edit", row.pk), {"cadre": "P", "replaces": ""})

    assert response.context["form"].non_field_errors() == ["This decision already has this line."]


# --- Pasting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "P\tAN-1-A",
        "P;AN-1-A",
        "P,AN-1-A",
        "le van tam\tTổ số 1, Khu phố 1, Thị trấn An",
        "LÊ VĂN TÁM;Thị trấn An › Khu phố 1 › Tổ số 1",
        "Lê Văn Tám,Tổ số 1,Khu phố 1",
        "Lê Văn Tám;Văn phòng;Tổ số 01, Khu phố 1",
        "Lê Văn Tám\tVP\tAn > Khu phố 1 > Tổ số 1\tPhụ trách",
        "Lê Văn Tám (Văn phòng);Tổ số 1 / Khu phố 1;In charge",
        "Le\u0302 Va\u0306n Ta\u0301m;To\u0302\u0309 so\u0302\u0301 1, Khu pho\u0302\u0301 1",
        "STT;Họ và tên;Cơ quan công tác;Địa bàn phụ trách\n1;Lê Văn Tám;Văn phòng;Tổ số 1, Khu phố 1",
        "Locality code\tLocality\tLies in\tCadre code\tCadre\nAN-1-A\tTổ số 1\tx\tP\tLê Văn Tám",
        "Tổ\tẤp\tXã\tCán bộ\nTổ số 1\tKhu phố 1\tThị trấn An\tLê Văn Tám",
        "cadre,locality\nP,Tổ số 1, Khu phố 1, Thị trấn An",
        '\n\n"P"\t"AN-1-A"\t\n',
    ],
)
def test_a_line_is_understood(text):
    tree = office()
    official(tree, "P")

    found = preview(tree, text)

    assert [(row.line.cadre.code, row.place.locality.code, row.line.role, row.why_not) for row in found.lines] == [
        ("P", "AN-1-A", "in_charge", "")
    ]
    assert DecisionLine.objects.count() == 0


def test_of_two_who_are_called_the_same_nobody_is_guessed():
    tree = office()
    official(tree, "P1")
    official(tree, "P2", home=agency("NV", "Phòng Nội vụ", at=tree.district))

    assert why_not(tree, "Lê Văn Tám;AN-1\nLê Văn Tám;Phòng Nội vụ;AN-1\nLê Văn Tám;Phòng Khác;AN-2") == [
        (1, "Which of these: P1 (Văn phòng), P2 (Phòng Nội vụ)."),
        (3, "No cadre whom you may assign is called “Lê Văn Tám” at “Phòng Khác”."),
    ]


def test_a_name_of_several_places_is_not_guessed_either():
    tree = office()
    official(tree, "P")

    assert why_not(tree, "P;Ấp 1\nP;Văn phòng;Ấp 1") == [
        (
            1,
            "Which of these: BI-1 (Huyện Mẫu › Nhóm Bắc › Xã Bình › Ấp 1), "
            "CA-1 (Huyện Mẫu › Nhóm Nam › Xã Cẩm › Ấp 1).",
        ),
        (2, "No place that you may assign to, in Huyện Mẫu on 1 Jun 2026, is called “Văn phòng, Ấp 1”."),
    ]


def test_nonsense_is_told_line_by_line():
    tree = office()
    official(tree, "P")

    assert why_not(tree, 'P\n;AN-1\nP;AN-1;nonsense\nP;Z-9\n=1+1;AN-1\nP;AN-1;Trưởng nhóm\n;;;\n"P;AN-1') == [
        (1, "This line names no place."),
        (2, "This line names no cadre."),
        (3, "No place that you may assign to, in Huyện Mẫu on 1 Jun 2026, is called “AN-1, nonsense”."),
        (4, "No place that you may assign to, in Huyện Mẫu on 1 Jun 2026, is called “Z-9”."),
        (5, "No cadre whom you may assign has the code or the full name “=1+1”."),
        (6, "Only a regional group has a head and support."),
        (7, "This line names no place."),
        (8, "This line names no place."),
    ]


def test_a_code_and_a_name_that_do_not_agree_are_told():
    tree = office()
    official(tree, "P")
    header = "Cadre code;Cadre;Locality code;Locality\n"

    assert why_not(tree, header + "P;Trần Khác;AN-1;Khu phố 1\nP;Lê Văn Tám;AN-1;Ấp 2") == [
        (2, "The code P belongs to Lê Văn Tám, not to “Trần Khác”."),
        (3, "The code AN-1 belongs to Huyện Mẫu › Nhóm Bắc › Thị trấn An › Khu phố 1, not to “Ấp 2”."),
    ]


def test_foreign_codes_are_as_unknown_as_those_that_do_not_exist():
    tree = office()
    official(tree, "P")
    elsewhere = locality("X-D", "district", "Huyện Khác")
    locality("X-C", "commune", "Xã Khác", elsewhere)
    localities_changed()
    cadre("X-P", "Người Khác", agency=agency("X-A", at=elsewhere))

    assert why_not(tree, "X-P;AN-1\nP;X-C\nNgười Khác;AN-1\nQ-0;AN-1") == [
        (1, "No cadre whom you may assign has the code or the full name “X-P”."),
        (2, "No place that you may assign to, in Huyện Mẫu on 1 Jun 2026, is called “X-C”."),
        (3, "No cadre whom you may assign has the code or the full name “Người Khác”."),
        (4, "No cadre whom you may assign has the code or the full name “Q-0”."),
    ]


def test_whoever_has_left_by_the_first_day_is_told():
    tree = office()
    gone = official(tree, "P")
    gone.left_on = BEFORE
    gone.save()

    assert why_not(tree, "P;AN-1") == [(1, "Lê Văn Tám no longer serves on that day.")]


def test_a_preview_says_what_each_line_does_and_writes_nothing():
    tree = office()
    stays, goes = official(tree, "P"), official(tree, "Q")
    official(tree, "R")
    assign(stays, tree.an1)
    assign(goes, tree.an2)
    assign(official(tree, "T"), tree.an, first_day=FIRST)
    line(tree.draft, tree.cam1, stays)

    found = preview(tree, "P;AN-1\nR;AN-2\nR;BI-1\nP;CA-1\nR;BI-1\nT;AN")

    assert {kind: [row.number for row in found.of_kind(kind)] for kind in ("goes_on", "replaces", "begins")} == {
        "goes_on": [1],
        "replaces": [2],
        "begins": [3],
    }
    assert [row.number for row in found.already] == [4, 5]
    assert [(row.number, row.why_not) for row in found.unmatched] == [
        (6, "Lê Văn Tám already holds this role there from that day.")
    ]
    assert lines_of(tree.draft) == [("CA-1", "P", None)]


def test_matched_lines_are_added_and_the_others_stay_to_be_corrected():
    tree = office()
    assign(official(tree, "P"), tree.an1)
    official(tree, "Q")

    response = add(tree, "cán bộ;địa bàn\nQ;AN-1\nQ;Ấp 99\nQ;AN-2\n")

    assert lines_of(tree.draft) == [("AN-1", "Q", "P"), ("AN-2", "Q", None)]
    assert said(response) == ["2 lines were added."]
    assert response.context["form"]["text"].value() == "cán bộ;địa bàn\nQ;Ấp 99"
    assert DecisionLine.history.count() == 2


def test_a_new_name_for_a_place_takes_over_the_line_that_was_copied():
    tree = office()
    own = assign(official(tree, "P"), tree.an1)
    official(tree, "Q", "Trần Thị Tư")
    line(tree.draft, tree.an1, own.cadre, replaces=own)

    (found,) = preview(tree, "Q;AN-1").of_kind("replaces")
    assert found.instead == own.cadre
    for _again in range(2):
        add(tree, "Q;AN-1")

    assert lines_of(tree.draft) == [("AN-1", "Q", "P")]


def test_two_who_are_pasted_for_one_place_both_stay_and_are_told():
    tree = office()
    official(tree, "P")
    official(tree, "Q", "Trần Thị Tư")

    add(tree, "P;AN-1")
    add(tree, "P;AN-1\nQ;AN-1")

    assert lines_of(tree.draft) == [("AN-1", "P", None), ("AN-1", "Q", None)]
    assert [
        str(row.objections[0]) for row in shown(tree.client, tree.draft.get_absolute_url())["draft"].with_objections
    ] == [
        "Trần Thị Tư gets this role there, too.",
        "Lê Văn Tám gets this role there, too.",
    ]


def test_the_same_paste_twice_adds_nothing_twice():
    tree = office()
    official(tree, "P")

    add(tree, "P;AN-1")
    response = add(tree, "P;AN-1")

    assert (tree.draft.lines.count(), said(response)) == (1, ["0 lines were added."])


def test_what_was_not_previewed_is_not_added():
    tree = office()
    official(tree, "P")

    response = paste(tree, "P;AN-1", seen="something else", add="1")

    assert tree.draft.lines.count() == 0
    assert response.context["changed"] is True


@pytest.mark.parametrize(
    "text, error",
    [
        ("", "Paste at least one line."),
        ("\n \n", "Paste at least one line."),
        ("P;AN-1\n" * 2001, "These are 2,001 lines. At most 2,000 go at once."),
        ("P;" + "x" * 200_000, "This text is longer than 200 kB."),
    ],
)
def test_a_paste_has_bounds(text, error):
    tree = office()

    assert paste(tree, text).context["form"].errors == {"text": [error]}


@pytest.mark.parametrize("number", [1, 3])
def test_a_paste_costs_the_same_for_one_and_for_three(number, django_assert_num_queries):
    tree = office()
    for code in "PQR":
        official(tree, code)
    text = "\n".join(["P;AN-1", "Q;AN-2", "R;BI-1"][:number])
    preview(tree, text)

    with django_assert_num_queries(15):
        preview(tree, text)


# --- Copying ------------------------------------------------------------------------------------------------------


def copy(tree, source, *tiers):
    return tree.client.post(at("decision_copy", tree.draft.pk), {"source": source, "tiers": tiers}, follow=True)


def test_the_list_of_a_term_goes_on():
    tree = office()
    term = Term.objects.create(name="2020–2025", first_day=date(2020, 7, 1), last_day=date(2026, 5, 31))
    gone = official(tree, "G")
    gone.left_on = BEFORE
    gone.save()
    assign(official(tree, "P"), tree.an1, last_day=BEFORE)
    assign(official(tree, "Q"), tree.an2)
    assign(gone, tree.binh1, last_day=BEFORE)
    assign(official(tree, "R"), tree.cam1, last_day=date(2025, 1, 1))
    assign(official(tree, "S"), tree.an)

    response = copy(tree, f"term-{term.pk}", "hamlet")

    assert lines_of(tree.draft) == [("AN-1", "P", None), ("AN-2", "Q", "Q")]
    assert said(response) == [
        "2 lines were added.",
        "1 was left out: the cadre no longer serves, or is not yours to assign.",
    ]
    assert [row.kind for row in shown(tree.client, tree.draft.get_absolute_url())["draft"].rows] == [
        "goes_on",
        "goes_on",
    ]
    assert said(copy(tree, f"term-{term.pk}", "hamlet"))[:2] == ["0 lines were added.", "2 were there already."]


def test_the_list_of_an_earlier_decision_goes_on():
    tree = office()
    earlier = paper(tree.district, "1", enacted_on=date(2024, 1, 1))
    assign(official(tree, "P"), tree.an1, decision=earlier)
    assign(official(tree, "Q"), tree.an2)

    copy(tree, f"decision-{earlier.pk}", "hamlet", "commune")

    assert lines_of(tree.draft) == [("AN-1", "P", "P")]


def test_without_an_earlier_list_the_page_says_so():
    tree = office()

    page = tree.client.get(at("decision_copy", tree.draft.pk)).content.decode()

    assert "There is no earlier list to copy" in page


# --- The draft ----------------------------------------------------------------------------------------------------


def test_a_draft_tells_what_speaks_against_its_lines_and_what_stays_uncovered():
    tree = office()
    assign(official(tree, "P"), tree.an1, first_day=date(2026, 1, 1))
    new = official(tree, "Q")
    add(tree, "Q;AN-1\nQ;AN-2")

    context = shown(tree.client, tree.draft.get_absolute_url())

    assert [(row.name, row.kind, list(map(str, row.objections))) for row in context["draft"].rows] == [
        (
            "Khu phố 1",
            "replaces",
            ["That makes 5 months at this locality. An assignment should last at least 12 months."],
        ),
        ("Ấp 2", "begins", []),
    ]
    assert [(str(tile["label"]), tile["value"], tile["unit"]) for tile in context["tiles"]] == [
        ("Regional group", "0", "/ 2"),
        ("Commune or town", "0", "/ 3"),
        ("Hamlet or neighbourhood", "2", "/ 4"),
        ("Self-governing group", "0", "/ 3"),
    ]
    assert [place.locality.code for place in context["vacant"]] == ["BI-1", "CA-1"]
    assert Assignment.objects.filter(cadre=new).count() == 0


def test_reasons_are_saved_together_and_one_for_all_that_need_one():
    tree = office()
    for place in (tree.an1, tree.an2):
        assign(official(tree, f"P{place.code}"), place, first_day=date(2026, 1, 1))
    official(tree, "Q")
    add(tree, "Q;AN-1\nQ;AN-2")
    first, second = tree.draft.lines.order_by("locality__code")

    response = tree.client.post(
        at("decision_reasons", tree.draft.pk),
        {f"why-{first.pk}": "Theo nguyện vọng", f"why-{second.pk}": "", "why_all": "Nhiệm kỳ mới"},
        follow=True,
    )

    assert said(response) == ["2 reasons were saved."]
    assert list(tree.draft.lines.order_by("locality__code").values_list("why", flat=True)) == [
        "Theo nguyện vọng",
        "Nhiệm kỳ mới",
    ]


def test_a_reason_that_is_too_long_saves_nothing():
    tree = office()
    assign(official(tree, "P"), tree.an1, first_day=date(2026, 1, 1))
    official(tree, "Q")
    add(tree, "Q;AN-1")

    response = tree.client.post(at("decision_reasons", tree.draft.pk), {"why_all": "x" * 101}, follow=True)

    assert said(response) == ["Nothing was saved: a reason has at most 100 characters."]
    assert tree.draft.lines.get().why == ""


@pytest.mark.parametrize("name, queries", [("decision", 25), ("decision_enact", 21), ("decision_annex", 10)])
def test_pages_of_a_draft_cost_the_same_for_one_line_and_for_three(name, queries, django_assert_num_queries):
    tree = office()
    places = (tree.an1, tree.an2, tree.binh1)
    for index, place in enumerate(places):
        assign(official(tree, f"P{index}"), place, first_day=date(2026, 1, 1))
        official(tree, f"Q{index}")
    add(tree, "Q0;AN-1")
    url = at(name, tree.draft.pk)
    tree.client.get(url)

    for number in (1, 3):
        with django_assert_num_queries(queries):
            assert tree.client.get(url).status_code == 200
        if number == 1:
            add(tree, "Q1;AN-2\nQ2;BI-1")


def test_a_long_draft_has_pages_of_a_hundred_lines():
    tree = office()
    for index in range(101):
        line(tree.draft, tree.an1, official(tree, f"P{index:03}"))

    context = shown(tree.client, tree.draft.get_absolute_url())

    assert (len(context["page_obj"].object_list), context["page_obj"].paginator.num_pages) == (100, 2)
    assert context["draft"].begin == 101


# --- It takes effect ----------------------------------------------------------------------------------------------


def test_without_a_reason_for_each_objection_nothing_takes_effect():
    tree = office()
    old = assign(official(tree, "P"), tree.an1, first_day=date(2026, 1, 1))
    row = line(tree.draft, tree.an1, official(tree, "Q"), replaces=old)

    context = shown(tree.client, at("decision_enact", tree.draft.pk))
    refused = tree.client.post(at("decision_enact", tree.draft.pk))

    assert (len(context["draft"].unanswered), len(context["draft"].answered)) == (1, 0)
    assert [(found.line, sentences) for found, sentences in refused.context["faulty"]] == [
        (row, ["Give a reason, or change the line."])
    ]
    assert Assignment.objects.count() == 1


def test_a_decision_takes_effect_as_a_whole_and_is_then_only_read():
    tree = office()
    old = assign(official(tree, "P"), tree.an1, first_day=date(2026, 1, 1))
    stays = official(tree, "S")
    own = assign(stays, tree.an2, first_day=date(2020, 1, 1))
    leaves = assign(official(tree, "L"), tree.binh1, first_day=date(2020, 1, 1))
    new = official(tree, "Q")
    row = line(tree.draft, tree.an1, new, replaces=old, why="Theo nguyện vọng", end_reason="own_request")
    line(tree.draft, tree.an2, stays, replaces=own)
    line(tree.draft, tree.binh1, None, replaces=leaves, why="Sẽ giao sau")

    draft = shown(tree.client, at("decision_enact", tree.draft.pk))["draft"]
    response = tree.client.post(at("decision_enact", tree.draft.pk), follow=True)

    assert (draft.begin, draft.go_on, draft.end, len(draft.answered)) == (1, 1, 2, 2)
    assert said(response) == ["The decision took effect: from 1 Jun 2026 the lines below are in force."]
    assert sorted(Assignment.objects.on(FIRST).values_list("locality__code", "cadre__code")) == [
        ("AN-1", "Q"),
        ("AN-2", "S"),
    ]
    old.refresh_from_db()
    assert (old.last_day, old.end_reason, old.history.first().history_change_reason) == (
        BEFORE,
        "own_request",
        "Theo nguyện vọng",
    )
    assert sorted(Handover.objects.values_list("ended__cadre__code", flat=True)) == ["L", "P"]
    row.refresh_from_db()
    assert row.assignment.decision == tree.draft
    page = response.content.decode()
    assert row.assignment.get_absolute_url() in page
    assert tree.draft.get_absolute_url() in tree.client.get(row.assignment.get_absolute_url()).content.decode()
    assert tree.client.get(at("line_edit", row.pk)).status_code == 404
    assert said(tree.client.get(at("decision_paste", tree.draft.pk), follow=True)) == [
        "This decision has taken effect already."
    ]


def test_what_cannot_be_is_told_at_its_line_and_nothing_changes():
    tree = office()
    assign(official(tree, "H"), tree.north, role="head", last_day=date(2026, 12, 31))
    assign(official(tree, "I"), tree.north, role="head", first_day=date(2027, 1, 1))
    good = line(tree.draft, tree.an1, official(tree, "P"))
    bad = line(tree.draft, tree.north, official(tree, "Q"), role="head", why="Theo phân công")
    DecisionLine.objects.filter(pk=good.pk).update(why="Theo phân công")

    refused = tree.client.post(at("decision_enact", tree.draft.pk))

    assert [(row.line, sentences[0]) for row, sentences in refused.context["faulty"]] == [
        (bad, "This regional group already has a head on some of these days.")
    ]
    assert Assignment.objects.count() == 2
    assert Decision.objects.get().is_draft


def test_the_second_of_two_who_let_it_take_effect_is_told():
    tree = office()
    line(tree.draft, tree.an1, official(tree, "P"))
    other = visitor(user("other", at=tree.district, level="editor"))

    tree.client.post(at("decision_enact", tree.draft.pk))
    second = other.post(at("decision_enact", tree.draft.pk), follow=True)

    assert said(second) == ["This decision has taken effect already."]
    assert Assignment.objects.count() == 1


def test_the_second_is_told_also_when_both_came_at_the_same_moment(monkeypatch):
    from assignments.decisions.views import drafts as page

    tree = office()
    line(tree.draft, tree.an1, official(tree, "P"))
    together = page.enact_draft

    def after_another(decision, who, on):
        together(decision, who, on)
        return together(decision, who, on)

    monkeypatch.setattr(page, "enact_draft", after_another)
    second = tree.client.post(at("decision_enact", tree.draft.pk), follow=True)

    assert said(second) == ["This decision has taken effect already."]
    assert Assignment.objects.count() == 1


def test_a_line_for_a_decision_that_took_effect_meanwhile_is_refused(monkeypatch):
    from assignments.decisions.views import lines as page

    tree = office()
    official(tree, "P")
    really = page.add_lines

    def after_enacting(decision, lines, **more):
        Decision.objects.update(enacted_on=today())
        return really(decision, lines, **more)

    monkeypatch.setattr(page, "add_lines", after_enacting)
    response = add(tree, "P;AN-1")

    assert said(response) == ["This decision has taken effect already."]
    assert DecisionLine.objects.count() == 0


def test_an_empty_decision_takes_no_effect():
    tree = office()

    response = tree.client.post(at("decision_enact", tree.draft.pk), follow=True)

    assert said(response) == ["The decision has no lines yet."]
    assert Decision.objects.get().is_draft


# --- The annex ----------------------------------------------------------------------------------------------------


def test_the_annex_is_a_page_and_a_file_of_the_same_rows():
    tree = office()
    old = assign(official(tree, "P", "=Công thức"), tree.an1)
    line(tree.draft, tree.an1, official(tree, "Q", "+Lê Văn Tám"), replaces=old)
    line(tree.draft, tree.north, official(tree, "H", "Đỗ Văn Ba"), role="head")

    page = tree.client.get(at("decision_annex", tree.draft.pk))
    csv = tree.client.get(at("decision_annex", tree.draft.pk), {"format": "csv"})
    book = tree.client.get(at("decision_annex", tree.draft.pk), {"format": "xlsx"})

    assert [[row.number for row in rows] for _heading, rows in page.context["groups"]] == [[1], [2]]
    assert "Annex to decision 12-QĐ/HU of 20 May 2026" in page.content.decode()
    assert b"".join(csv.streaming_content).decode("utf-8-sig").splitlines() == [
        "No.,Tier,Locality code,Locality,Lies in,Cadre code,Cadre,Position,Agency,Role,Replaces,From",
        "1,Regional group,N,Nhóm Bắc,Huyện Mẫu,H,Đỗ Văn Ba,,Văn phòng,Group head,,2026-06-01",
        "2,Hamlet or neighbourhood,AN-1,Khu phố 1,Huyện Mẫu › Nhóm Bắc › Thị trấn An,Q,'+Lê Văn Tám,,Văn phòng,"
        "In charge,'=Công thức,2026-06-01",
    ]
    _headings, _head, official_of_an1 = sheet_table(book)
    assert official_of_an1[6] == "'+Lê Văn Tám"


def test_an_annex_can_be_pasted_again():
    tree = office()
    line(tree.draft, tree.an1, official(tree, "P"))
    line(tree.draft, tree.north, official(tree, "H", "Đỗ Văn Ba"), role="head")
    csv = tree.client.get(at("decision_annex", tree.draft.pk), {"format": "csv"})
    text = b"".join(csv.streaming_content).decode("utf-8-sig")
    tree.draft.lines.all().delete()

    add(tree, text)

    assert lines_of(tree.draft) == [("AN-1", "P", None), ("N", "H", None)]


def test_the_limit_is_told_in_a_draft():
    tree = office()
    Limit.objects.create(name="most_assignments", value=1)
    official(tree, "P")
    add(tree, "P;AN-1\nP;AN-2")

    rows = shown(tree.client, tree.draft.get_absolute_url())["draft"].with_objections

    assert [str(row.objections[0]) for row in rows] == ["Lê Văn Tám would hold 2 assignments; 1 are the limit."] * 2
