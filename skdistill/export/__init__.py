"""Exported forms of a student: one reader of its layers each."""
