"""All pages."""

from api.web import asking, entries, evaluation, insights, login, new_entry

PAGES = (asking, entries, insights, new_entry, evaluation, login)
