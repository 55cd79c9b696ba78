#!/usr/bin/env python
"""LearnQuest's command line."""

import os
import secrets
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")
    if sys.argv[1:2] == ["score_reviews"]:
        # From files to files: it keeps nothing that a secret would have to open again.
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
    execute_from_command_line(sys.argv)
