"""The same work by other means: each peer as a good user of it would write it.

All read the same synthetic export, leave out lines without a customer and lines whose time or price cannot be read, and
write the same table as one Parquet file.
"""
