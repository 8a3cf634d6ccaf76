"""Ratings (劳动保障守法诚信等级): proposed from the record of a year, reviewed, published, objected to."""
