"""Seals (封签): each phone signs what it records with a key of its own and links it to what it recorded before."""
