"""Vietnamese and Spanish are complete at all times: nothing missing, doubtful, unused or uncompiled."""

import gettext
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

LOCALE, OF_LIBRARIES = map(Path, settings.LOCALE_PATHS)
LANGUAGES = ["vi", "es"]

needs_gettext = pytest.mark.skipif(
    not shutil.which("xgettext"), reason="GNU gettext is not installed (apt-get install gettext)"
)


def po(language, root=LOCALE):
    return root / language / "LC_MESSAGES" / "django.po"


def messages(*arguments):
    """The messages of a catalogue that a gettext tool lets through, without its header."""
    text = subprocess.run(["msgattrib", "--no-wrap", *arguments], capture_output=True, text=True, check=True).stdout
    return [line for line in text.splitlines() if line.startswith("msgid ") and line != 'msgid ""']


@needs_gettext
@pytest.mark.parametrize("root", [LOCALE, OF_LIBRARIES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_without_translation(language, root):
    assert messages("--untranslated", str(po(language, root))) == []


@needs_gettext
@pytest.mark.parametrize("root", [LOCALE, OF_LIBRARIES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_doubtful(language, root):
    assert messages("--only-fuzzy", str(po(language, root))) == []


@needs_gettext
@pytest.mark.parametrize("root", [LOCALE, OF_LIBRARIES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_those_of_the_message(language, root):
    found = subprocess.run(
        ["msgfmt", "--check-format", "--check-header", "-o", "/dev/null", str(po(language, root))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")


@needs_gettext
def test_the_catalogues_hold_exactly_the_messages_of_the_code(tmp_path, monkeypatch):
    """Extract all messages again, beside the project, and compare."""
    for language in LANGUAGES:
        (tmp_path / language / "LC_MESSAGES").mkdir(parents=True)
        shutil.copy(po(language), po(language, tmp_path))
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])
    monkeypatch.chdir(settings.BASE_DIR)

    call_command(
        "makemessages",
        locale=LANGUAGES,
        # makemessages prefers a folder called locale that it finds over the one it is told, and would write there.
        ignore_patterns=[".venv", "bench/*", "*/tests/*", "cadrenet/locale/*"],
        no_obsolete=True,
        no_wrap=True,
        add_location="file",
        verbosity=0,
    )

    for language in LANGUAGES:
        assert ids(po(language)) == ids(po(language, tmp_path)), f"run makemessages for {language}, and translate"


def ids(path):
    """What a catalogue translates: (context, message, plural)."""
    text = subprocess.run(
        ["msgcat", "--no-wrap", "--no-location", str(path)], capture_output=True, text=True, check=True
    ).stdout
    return sorted(
        "\n".join(line for line in block.splitlines() if line.startswith(("msgctxt", "msgid")))
        for block in text.split("\n\n")
    )


@needs_gettext
@pytest.mark.parametrize("root", [LOCALE, OF_LIBRARIES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_text(language, root, tmp_path):
    compiled = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "-o", str(compiled), str(po(language, root))], check=True)

    committed = po(language, root).with_suffix(".mo")
    assert committed.exists(), f"run compilemessages for {language}"
    assert catalogue(committed) == catalogue(compiled)


def catalogue(path):
    with path.open("rb") as file:
        return {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}
