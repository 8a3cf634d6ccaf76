"""How an entrustment stands, as SQL that every question shares (``t`` is the entrustment)."""

STATUSES = ("draft", "upcoming", "in_force", "expired", "ended", "revoked")
# Its last day: the term's, or an earlier one on which it was ended.
LAST_DAY = "coalesce(t.ended_on, t.valid_to)"
STATUS = f"""case when t.state <> 'in_force' then t.state when t.valid_from > china_today() then 'upcoming'
    when {LAST_DAY} < china_today() then 'expired' else 'in_force' end"""
