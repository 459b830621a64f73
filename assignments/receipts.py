"""Who sends a form twice gets the first one's page; whatever a race meets is answered with a sentence.

This is a middleware and no base of views, so that no view can forget it: a form that carries a key is stored once,
whichever view answers it. The receipt is the first thing written, in one transaction with all that the view writes: a
crash loses both or none, and of twenty equal posts at once nineteen wait for the first.
"""

import logging
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from assignments.models import Receipt
from cadrenet.logs import route_of
from cadrenet.races import sentences_of
from cadrenet.receipts import KEY, digest_of, key_of, outcome_of, typed

log = logging.getLogger(__name__)


class ReceiptMiddleware:
    """Stores what a form with a key asks for once, and answers every race. It stands last: it calls the view."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        # The key first: what sends none need not ask who is signed in.
        key = key_of(request)
        if key is None or not request.user.is_authenticated:
            return None
        try:
            return self.once(request, key, lambda: view(request, *args, **kwargs))
        except Exception as error:
            if answer := self.process_exception(request, error):
                return answer
            raise

    def once(self, request, key: UUID, answer):
        """Answer a form with a key, and remember what became of it; or answer with what became of it before."""
        digest = digest_of(request)
        try:
            with transaction.atomic():
                # Without a look beforehand: of two at once, the constraint lets one through, and the other waits.
                receipt = Receipt.objects.create(user=request.user, key=key, digest=digest, at=timezone.now())
                response = answer()
                if outcome := outcome_of(request, response):
                    Receipt.objects.filter(pk=receipt.pk).update(outcome=outcome)
                else:
                    # The form comes back with what is wrong in it, and is sent again.
                    receipt.delete()
        except IntegrityError:
            earlier = Receipt.objects.filter(user=request.user, key=key).first()
            if earlier is None:
                raise
            return answer_again(request, earlier, digest)
        return response

    def process_exception(self, request, error):
        """Answer what a race met; None for any other error, and for whoever only reads."""
        if request.method != "POST" or not (sentences := sentences_of(error)):
            return None
        log.warning("A race at %s", route_of(request), exc_info=error)
        return refuse(request, sentences)


def answer_again(request, receipt, digest: str):
    """Answer a form that was stored before: with its page; or when something else was typed, with a question."""
    if receipt.digest == digest:
        messages.info(request, _("This form was received before and stored once. Here is what became of it."))
    elif request.htmx:
        messages.warning(request, _("This form was received before, with something else in it, which stands here."))
    else:
        sentence = _("This form was received before, with something else in it. What you sent now was not stored.")
        return refuse(request, [sentence], outcome=receipt.outcome)
    # A part of a page cannot be answered with a page: the whole page goes there.
    return HttpResponseClientRedirect(receipt.outcome) if request.htmx else redirect(receipt.outcome)


def refuse(request, sentences: list[str], outcome: str = ""):
    """Say why nothing was stored; what was typed is kept on the page, to be sent again on purpose."""
    # A file cannot be sent again from here, and a password stands on no page.
    again = not request.FILES and not any("password" in name for name in request.POST)
    context = {
        "sentences": sentences,
        "outcome": outcome,
        "form_url": request.get_full_path(),
        "typed": typed(request) if again else [],
        "key_name": KEY,
        "key": uuid4(),
    }
    return render(request, "409.html", context, status=409)
