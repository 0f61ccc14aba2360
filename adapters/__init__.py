"""Sayso learns in here: the one place with torch and peft."""
