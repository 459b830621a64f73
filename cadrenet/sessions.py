"""Sessions in the database, as Django keeps them; the one of a page is found by a prepared query."""

from django.contrib.sessions.backends import db
from django.utils import timezone

from cadrenet.prepared import Param, prepared


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        for session in sessions_of(Param(self.session_key)):
            if session.expire_date > timezone.now():
                return session
        # As Django's own does: a key that nobody gave out is not taken over.
        self._session_key = None
        return None


@prepared
def sessions_of(key):
    return SessionStore.get_model_class().objects.filter(session_key=key)
