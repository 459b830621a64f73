"""Tables as people bring them: a file's columns declared once, read, cleaned and checked with the same sentences.

The import of a folder and the administration's import build on this package, which knows no app; each app declares
its files in a module ``tables``.
"""
