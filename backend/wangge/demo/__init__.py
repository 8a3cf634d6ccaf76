"""The demo city: real boundaries of Weifang, invented people, employers and a week of work."""
