"""The employer's file in full (一企一档): the survey form, its history, edits that meet, duplicates that merge."""
