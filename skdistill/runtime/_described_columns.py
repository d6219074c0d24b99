"""A student's columns, for people: a dict for each, and its content in a line."""

import numpy as np

N_LEVELS = 5  # that the line shows of each column


def describe_columns(reader):
    """Return name, kind and what else is known of each column."""
    columns = []
    for j, kind in enumerate(reader.kinds):
        column = {"name": reader.names[j] if reader.names else None, "kind": kind}
        if j in reader.levels:
            column["levels"] = list(reader.levels[j])
        if j in reader.buckets:
            column["hashed"] = reader.buckets[j]
        if j in reader.origins:
            column["origin"] = str(np.datetime64(int(reader.origins[j]), "D"))
        if j in reader.offsets:
            column["offset"], column["scale"] = reader.offsets[j]
        columns.append(column)
    return columns


def holds(column):
    """Say what a column of `describe_columns` holds."""
    if "origin" in column:
        return f"days since {column['origin']}"
    if "offset" in column:
        return f"doubles, less {column['offset']:,.10g}"
    if "levels" not in column:
        return ""
    levels = column["levels"]
    more = f" and {len(levels) - N_LEVELS} more" if len(levels) > N_LEVELS else ""
    hashed = f"; rare ones hashed into {column['hashed']}" if "hashed" in column else ""
    return ", ".join(levels[:N_LEVELS]) + more + hashed
