"""A form that is sent twice is stored once: the key that it carries, and what a view says about what it stored.

Each form that may add a row prints ``{% once %}``: a hidden key, new with each rendering, kept when the form is shown
again with what is wrong in it. ``assignments.receipts`` keeps the keys of what was stored, and answers the second.
"""

from hashlib import sha256
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse

KEY = "form_key"
# What a form carries beside what was typed into it.
NOT_TYPED = {KEY, "csrfmiddlewaretoken"}
# An outcome that is not told by the answer itself; None: nothing was stored, whatever the answer looks like.
OUTCOME = "_outcome_of_form"


def key_of(request: HttpRequest) -> UUID | None:
    """Return the key of the form that was sent; None from a script, and for what is asked while one types."""
    if request.method != "POST" or "check" in request.POST:
        return None
    try:
        return UUID(str(request.POST.get(KEY)))
    except ValueError:
        return None


def key_for(request: HttpRequest | None) -> UUID:
    """Return the key that a form carries now: that of the form which was sent, until something was stored by it."""
    kept = key_of(request) if request is not None and not getattr(request, OUTCOME, None) else None
    return kept or uuid4()


def stored(request: HttpRequest, url: str) -> None:
    """Say that something was stored, and on which page it is seen: for an answer that is no redirect to it."""
    setattr(request, OUTCOME, url)


def nothing_stored(request: HttpRequest) -> None:
    """Say that nothing was stored although the answer is a redirect, so that the same form may be sent again."""
    setattr(request, OUTCOME, None)


def outcome_of(request: HttpRequest, response: HttpResponse) -> str:
    """Return the address of the page on which is seen what was stored; empty when nothing was."""
    redirected = response.headers.get("Location", "") if response.status_code in (301, 302, 303) else ""
    return getattr(request, OUTCOME, redirected) or ""


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed into a form that was sent, (name, value) each, without what it carried beside."""
    return [(name, str(value)) for name, values in request.POST.lists() if name not in NOT_TYPED for value in values]


def digest_of(request: HttpRequest) -> str:
    """Return what tells a form that was sent, and where it was sent to, from any other."""
    digest = sha256(repr([request.get_full_path(), sorted(typed(request))]).encode())
    for name, files in request.FILES.lists():
        for file in files:
            digest.update(repr([name, file.name]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
