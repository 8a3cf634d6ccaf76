"""Books on paper: a grid (一格一册) or an employer (一企一档) as a printable PDF and as a spreadsheet of the same."""
