"""The pages of this app, one module per noun; ``reports/urls.py`` says under which address."""
