"""The page with the link to one's own calendar, and the calendar itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import View

from assignments.backends import ServingBackend
from assignments.scope import reach_of
from meetings.feed.actions import make_feed, revoke_feed
from meetings.feed.calendar import as_icalendar, etag_of, events_of, meetings_in_feed
from meetings.models import CalendarFeed


class FeedPageView(View):
    """Make the link to one's own calendar, change it for a new one, or revoke it; it is shown once."""

    def get(self, request):
        return self.page()

    def post(self, request):
        if "revoke" in request.POST:
            if revoke_feed(request.user):
                messages.success(request, _("The link is revoked. Calendars that used it read nothing any more."))
            return redirect("meetings:feed_page")
        if not reach_of(request.user).cadres:
            raise Http404
        token = make_feed(request.user)
        # On the answer itself, as no other page ever shows it again.
        return self.page(request.build_absolute_uri(reverse("meetings:feed", args=[token])))

    def page(self, url=""):
        context = {
            "title": _("Calendar on the telephone"),
            "line": _("Your meetings in the calendar of your telephone, next to everything else"),
            "feed": CalendarFeed.objects.visible_to(self.request.user).first(),
            "url": url,
            "has_meetings": bool(reach_of(self.request.user).cadres),
        }
        return render(self.request, "meetings/feed.html", context)


@method_decorator(login_not_required, name="dispatch")
class FeedView(View):
    """The calendar under a link, for whoever has it; for a link that is unknown or revoked there is nothing (404).

    It is known by its token alone: nothing is asked of a session, and nobody is signed in by it.
    """

    http_method_names = ["get", "head"]

    def get(self, request, token):
        feed = CalendarFeed.objects.known_by(token).first()
        if feed is None or not ServingBackend().user_can_authenticate(feed.user):
            # Without the page that everybody gets, which repeats the address.
            return HttpResponseNotFound(_("This link opens nothing."), content_type="text/plain; charset=utf-8")
        with translation.override(feed.language):
            site = request.build_absolute_uri("/").rstrip("/")
            events = list(events_of(meetings_in_feed(reach_of(feed.user)), site))
            etag = etag_of(events, feed.language)
            # Most calendars that look find what they know already: then nothing is written out.
            response = get_conditional_response(request, etag=etag)
            if response is None:
                response = HttpResponse(as_icalendar(events), content_type="text/calendar; charset=utf-8")
                response.headers["Content-Disposition"] = 'inline; filename="cadrenet.ics"'
        response.headers["ETag"] = etag
        # A calendar that may keep nothing could not say what it knows.
        response.may_be_kept = True
        response.headers["Content-Language"] = feed.language
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response
