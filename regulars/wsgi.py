"""What the web server loads: the WSGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

from django.core.wsgi import get_wsgi_application

from regulars import database

database.start()
application = get_wsgi_application()
