"""Units (机构): who belongs to whom, which territory each one has, and which powers are its own by law (职权)."""
