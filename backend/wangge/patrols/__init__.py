"""Patrols (巡查): a planned round of stops at employers, for one person and one day."""
