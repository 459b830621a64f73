"""The line symbols of the pages, 24 by 24 pixels: name -> what stands inside the SVG ``<symbol>``.

Drawn with the stroke of the text around them. A symbol never stands without a word beside it or a hidden
label, and means the same on every page.
"""

SYMBOLS = {
    "alert": '<path d="M12 4 2.5 20h19zM12 10v4.5M12 17.3v.1"/>',
    "assign": '<circle cx="9" cy="8" r="3.5"/><path d="M3 20c0-3.5 2.5-5.5 6-5.5M14 17l2.5 2.5L21 15"/>',
    "back": '<path d="M20 12H5M11 6l-6 6 6 6"/>',
    "ban": '<circle cx="12" cy="12" r="8.5"/><path d="M6 18 18 6"/>',
    "bolt": '<path d="M13 3 6 13.5h5L10 21l8-11h-5.5z"/>',
    "building": '<path d="M5 21V4h10v17M15 9h4v12M3 21h18M8.5 8h3M8.5 12h3M8.5 16h3"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "copy": '<path d="M8 8h12v12H8zM16 8V4H4v12h4"/>',
    "dash": '<path d="M6 12h12"/>',
    "down": '<path d="M12 4v11M7 10.5l5 5 5-5M4 20h16"/>',
    "edit": '<path d="M4 20h4L19 9l-4-4L4 16zM13 7l4 4"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "flag": '<path d="M5 21V4h13l-2.5 4.5L18 13H5"/>',
    "help": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M9.7 9.7a2.4 2.4 0 1 1 3.6 2.1c-.9.5-1.3 1-1.3 1.9M12 16.8v.1"/>'
    ),
    "history": '<path d="M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.8"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.1"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5 20 3.5M16 7.5l3 3"/>',
    "lock": '<path d="M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3"/>',
    "mail": '<path d="M3.5 6h17v12h-17zM3.5 7l8.5 6 8.5-6"/>',
    "mark": (
        '<path d="M12 3v6M12 9 5 14M12 9l7 5"/>'
        '<circle cx="12" cy="4" r="2.2"/>'
        '<circle cx="5" cy="15.5" r="2.2"/>'
        '<circle cx="19" cy="15.5" r="2.2"/>'
        '<circle cx="12" cy="20" r="2.2"/>'
        '<path d="M12 9v8.6"/>'
    ),
    "more": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "out": '<path d="M14 4H5v16h9M10 12h11M17 8l4 4-4 4"/>',
    "overview": '<path d="M4 20V10M10 20V4M16 20v-8M21 20H3"/>',
    "people": (
        '<circle cx="9" cy="8" r="3.5"/>'
        '<path d="M2.5 20c0-3.5 2.8-5.5 6.5-5.5s6.5 2 6.5 5.5"/>'
        '<path d="M16 5a3.5 3.5 0 0 1 0 6.5M18.5 15c2 .8 3 2.6 3 5"/>'
    ),
    "phone": ('<path d="M6 3h3l1.5 5-2 1.5a12 12 0 0 0 6 6l1.5-2 5 1.5v3c0 1-1 2-2 2C11 20 4 13 4 5c0-1 1-2 2-2z"/>'),
    "place": (
        '<path d="M12 21s6.5-6.2 6.5-11A6.5 6.5 0 0 0 5.5 10C5.5 14.8 12 21 12 21z"/>'
        '<circle cx="12" cy="10" r="2.3"/>'
    ),
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "prev": '<path d="M15 5l-7 7 7 7"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z"/>',
    "q": '<path d="M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.1"/>',
    "rating": '<path d="M4 6h10M4 12h7M4 18h5M15 16l2.5 2.5L22 13"/>',
    "report": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>',
    "resource": '<path d="M3 8h18v11H3zM7 8V5h10v3M12 12v3"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>',
    "settings": (
        '<path d="M4 7h9M19 7h1M4 17h3M13 17h7"/><circle cx="16" cy="7" r="2.6"/><circle cx="10" cy="17" r="2.6"/>'
    ),
    "swap": '<path d="M4 8h15M15 4l4 4-4 4M20 16H5M9 12l-4 4 4 4"/>',
    "table": '<path d="M4 5h16v14H4zM4 10h16M10 10v9"/>',
    "today": '<path d="M4 11 12 4l8 7v9H4z"/><path d="M9.5 15.5l2 2 3.5-4"/>',
    "trash": '<path d="M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5"/>',
    "up": '<path d="M12 16V5M7 9.5l5-5 5 5M4 20h16"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4 21c0-4.5 3.5-7 8-7s8 2.5 8 7"/>',
    "x": '<path d="M6 6l12 12M18 6 6 18"/>',
}
