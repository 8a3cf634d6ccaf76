"""Check-ins (签到): who stood where, when, and how exactly the phone knew."""
