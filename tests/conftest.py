"""What all tests share."""

from hypothesis import settings

# Machines that run tests are busy; how long an example takes says nothing about it.
settings.register_profile("visavis", deadline=None)
settings.load_profile("visavis")
