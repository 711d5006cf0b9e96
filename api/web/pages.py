"""All pages."""

from api.web import asking, entries, insights, login

PAGES = (asking, entries, insights, login)
