from django.template import Context, Template


def test_heads_are_columns_with_their_class_and_hidden_where_they_are_only_read_aloud():
    source = '{% load tables %}{% heads "Code" label css="num" %}{% heads _("Details") hidden=True %}'

    html = Template(source).render(Context({"label": "More than <5>"}))

    assert html == (
        '<th scope="col" class="num">Code</th><th scope="col" class="num">More than &lt;5&gt;</th>'
        '<th scope="col"><span class="visually-hidden">Chi tiết</span></th>'
    )
