"""Names of columns by language: data that `engine.intake.vocabulary` compares with.

Each module maps a role to a text of names parted by commas, in up to three ranks parted by `/`: names that tell the
role for sure, likely ones, and names that are taken where nothing better is there. Within a rank the surer comes first.
"""
