"""The page on which links are made, and the one to which they lead."""

import logging
from hashlib import sha256

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView, View

from assignments.visibility import chain_of
from cadrenet import limits
from cadrenet.codes import key_in
from cadrenet.periods import today
from cadrenet.templatetags.figures import day as written_day
from cadrenet.templatetags.figures import daytime
from meetings.links.actions import answer, make_links, revoke
from meetings.links.opening import Opened, may_be_linked, opened
from meetings.models import Attendance, AttendanceLink, Meeting
from meetings.models.link import GOOD_FOR

log = logging.getLogger("cadrenet.links")

EVERYBODY = "unrecorded"


class LinksView(TemplateView):
    """Two texts to copy: one for a group chat, which names nobody; and for each on the roster one with his own link.

    A personal link is told once, on the answer to the form that makes it, and stored nowhere in full.
    """

    template_name = "meetings/links/links.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.tokens = {}

    def dispatch(self, request, *args, **kwargs):
        meetings = Meeting.objects.visible_to(request.user).select_related("place", "agency")
        self.meeting = get_object_or_404(meetings, pk=kwargs["pk"])
        rows = Attendance.objects.editable_by(request.user).filter(meeting=self.meeting, expected=True)
        self.rows = list(rows.with_names().order_by("cadre__sort_key", "pk"))
        if not self.rows:
            raise Http404
        self.open = may_be_linked(self.meeting, today())
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, **kwargs):
        if "revoke" in request.POST:
            return self.revoke(key_in(request.POST["revoke"]))
        wanted = request.POST.get("make", "")
        rows = [row for row in self.rows if self.is_wanted(row, wanted)] if self.open else []
        if rows:
            self.tokens = make_links(rows, by=request.user, at=timezone.now())
        return self.render_to_response(self.get_context_data(**kwargs))

    def is_wanted(self, row, wanted):
        if wanted == EVERYBODY:
            return row.status == Attendance.Status.UNRECORDED
        return row.cadre_id == key_in(wanted)

    def revoke(self, cadre):
        links = AttendanceLink.objects.editable_by(self.request.user).filter(meeting=self.meeting, cadre=cadre)
        for link in links.standing():
            revoke(link, by=self.request.user, at=timezone.now())
        messages.success(self.request, _("The link leads nowhere any more."))
        return redirect("meetings:meeting_links", self.meeting.pk)

    def get_context_data(self, **kwargs):
        meeting, user = self.meeting, self.request.user
        links = AttendanceLink.objects.editable_by(user).filter(meeting=meeting, day=meeting.day).standing()
        standing = {link.cadre_id: link for link in links.select_related("made_by")}
        lines = [
            {
                "row": row,
                "link": standing.get(row.cadre_id),
                "text": self.personal_text(row, self.tokens[row.cadre_id]) if row.cadre_id in self.tokens else "",
            }
            for row in self.rows
        ]
        return super().get_context_data(
            title=_("Links to copy: %(meeting)s") % {"meeting": meeting.title},
            chain=chain_of(meeting.place, user),
            meeting=meeting,
            open=self.open,
            lines=lines,
            several=EVERYBODY if sum(line["row"].status == EVERYBODY for line in lines) > 1 else "",
            made=len(self.tokens),
            group_text=self.group_text(),
            last_day=meeting.day + GOOD_FOR,
            **kwargs,
        )

    def group_text(self):
        """For a chat of many: it names nobody, and whoever follows it signs in."""
        return _("%(meeting)s, %(moment)s. Comrades, please record whether you were there (sign in): %(url)s") % {
            "meeting": self.meeting.title,
            "moment": daytime(self.meeting.starts_at),
            "url": self.request.build_absolute_uri(reverse("meetings:meeting_record", args=[self.meeting.pk])),
        }

    def personal_text(self, row, token):
        """For the chat with one person."""
        return _(
            "For comrade %(name)s only, please do not pass it on. %(meeting)s, %(moment)s: "
            "say whether you were there, without signing in, until %(day)s: %(url)s"
        ) % {
            "name": row.cadre.full_name,
            "meeting": self.meeting.title,
            "moment": daytime(self.meeting.starts_at),
            "day": written_day(self.meeting.day + GOOD_FOR),
            "url": self.request.build_absolute_uri(reverse("meetings:link", args=[token])),
        }


# In so many seconds: answers by one link, answers from one address of the network, tokens from there that are none.
SECONDS = 600
BY_TOKEN, BY_ADDRESS, WRONG = 30, 300, 60


@method_decorator([login_not_required, csrf_exempt], name="dispatch")
class LinkView(View):
    """Where a personal link leads: to two buttons, for whoever has the link.

    The token alone authorises. The session is not read and nobody is signed in: the browser inside a chat may hold no
    cookie, and a login that stays in it would be worse than none. To open it changes nothing, as chats and mail
    programs open each link before a person does; only a button does.
    """

    http_method_names = ["get", "head", "post"]

    def dispatch(self, request, *args, **kwargs):
        request.user = AnonymousUser()
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def get(self, request, token):
        return self.show(self.find(token))

    def post(self, request, token):
        if not self.may_answer(token):
            return self.refuse(429)
        found = self.find(token)
        if found is None or found.expired:
            return self.show(found)
        if request.POST.get("answer") == "not_me":
            revoke(found.link, by=None, at=timezone.now(), why="not me")
            log.info("link revoked", extra={"link": found.link.pk})
            return self.page({"given_back": True})
        said, shown = request.POST.get("status", ""), request.POST.get("was", "")
        sentences = answer(found, said, shown=shown, on=today(), at=timezone.now())
        log.info("link used", extra={"link": found.link.pk, "stored": not sentences})
        return self.show(self.find(token), sentences=sentences, answered=not sentences)

    def find(self, token) -> Opened | None:
        address = self.address()
        if limits.reached("link-wrong", address, at_most=WRONG):
            return None
        found = opened(token, today())
        if found is None:
            limits.counted("link-wrong", address, seconds=SECONDS)
        return found

    def may_answer(self, token):
        key = sha256(token.encode()).hexdigest()
        by_token = limits.within("link", key, at_most=BY_TOKEN, seconds=SECONDS)
        return by_token and limits.within("link-from", self.address(), at_most=BY_ADDRESS, seconds=SECONDS)

    def address(self):
        """From where it is asked, as the locks after failed logins count it."""
        return get_adapter().get_client_ip(self.request) or ""

    def show(self, found, **context):
        if found is None:
            return self.refuse(404)
        if found.expired:
            return self.page({"last_day": found.link.last_day, "expired": True}, status=410)
        meeting, status = found.meeting, found.row and found.row.status
        absent = status in (Attendance.Status.ABSENT, Attendance.Status.EXCUSED)
        return self.page(
            {
                "found": found,
                "meeting": meeting,
                "name": found.link.cadre.full_name,
                "status": status,
                "present": status == Attendance.Status.PRESENT,
                "absent": absent,
                "ahead": meeting.day > today(),
                "last_day": found.link.last_day,
                **context,
            },
            status=409 if context.get("sentences") else 200,
        )

    def refuse(self, status):
        return self.page({"refused": True, "often": status == 429}, status=status)

    def page(self, context, status=200):
        return render(self.request, "meetings/links/link.html", context, status=status)
