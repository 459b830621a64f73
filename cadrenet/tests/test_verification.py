"""What is read to verify the database is of one moment, and only read."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError

from cadrenet.verification import batches, snapshot


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_while_it_looks_and_all_can_afterwards():
    Group.objects.create(name="one")

    with snapshot():
        assert [group.name for group in Group.objects.all()] == ["one"]
        with pytest.raises(DatabaseError):
            Group.objects.update(name="two")

    Group.objects.update(name="two")
    assert [group.name for group in Group.objects.all()] == ["two"]


@pytest.mark.django_db
def test_rows_come_in_batches_and_may_be_deleted_meanwhile():
    for name in "abcde":
        Group.objects.create(name=name)

    seen = []
    for batch in batches(Group.objects.all(), size=2):
        seen.append("".join(group.name for group in batch))
        Group.objects.filter(pk=batch[0].pk).delete()

    assert seen == ["ab", "cd", "e"]
