"""The WSGI entry point: `gunicorn learnquest.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")

application = get_wsgi_application()
