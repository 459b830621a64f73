"""What ``check --deploy`` asks of the settings of a server, beyond Django's own questions."""

from django.conf import settings
from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def named_hosts(app_configs, **kwargs):
    """A server that answers to every name lets others put theirs into its links and its sign-in."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    advice = "Name the addresses under which people reach the server, for example ALLOWED_HOSTS=cadrenet.example.vn."
    return [Error("ALLOWED_HOSTS is “*”: the server answers to every name.", hint=advice, id="cadrenet.E001")]
