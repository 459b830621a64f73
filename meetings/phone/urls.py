"""Addresses of what a phone asks for. That of the worker is fixed, and rules the whole site."""

from django.urls import path

from meetings.phone.views import EntriesView, MeetingsView, ShellView, StateView, manifest, worker

app_name = "phone"

urlpatterns = [
    path("sw.js", worker, name="worker"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("offline/", ShellView.as_view(), name="shell"),
    path("phone/state/", StateView.as_view(), name="state"),
    path("phone/meetings/", MeetingsView.as_view(), name="meetings"),
    path("phone/entries/", EntriesView.as_view(), name="entries"),
]
