"""LinkedIn: posts of a person or an organisation, which cannot be read back."""

from launchctl.drivers.linkedin.driver import LinkedInDriver

__all__ = ["LinkedInDriver"]
