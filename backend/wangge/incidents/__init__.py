"""Incidents (突发事件): what cannot wait, from the thumb to the command centre."""
