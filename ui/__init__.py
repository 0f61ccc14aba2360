"""SHOWS: the page, its login and its share link. Each handler is one call to `assistant.session.Session`."""
