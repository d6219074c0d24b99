"""The cells of columns, counted in a few queries."""

from skdistill.cli._cells import COMMA, DAYS, ISO, NUMBER_HOWS, POINT, STORED, TRUTH, read_as
from skdistill.cli._columns import Counts
from skdistill.tables import NUMBER

AT_ONCE = 100  # columns of one query
N_EXAMPLES = 3
EVERYWHERE = "true"


def count(table, places, reading, where=EVERYWHERE):
    """Return the `Counts` of some columns of a `Table`, by position, in the rows of a condition.

    Text is counted by each way to read it that `reading` allows.
    """
    found = {}
    for first in range(0, len(places), AT_ONCE):
        some = places[first : first + AT_ONCE]
        plain = [cell for j in some for cell in _cells(table, j, reading)]
        dates = [cell for j in some for cell in _dates(table, j, reading)]
        sums = {(j, name): sql for j in some for name, sql in _sums(table, j, reading).items()}
        cells = f"SELECT {', '.join(plain)} FROM cells WHERE {where}"
        cells = f"SELECT {', '.join(['*', *dates])} FROM ({cells})"
        query = f"SELECT {', '.join(['count(*)', *sums.values()])} FROM ({cells})"
        ((n_rows, *values),) = table.rows(query)
        counted = dict(zip(sums, values, strict=True))
        for j in some:
            of_column = {name: n or 0 for (place, name), n in counted.items() if place == j}
            hows = _hows(table, j, reading)
            fits = {how: (of_column.pop(how), of_column.pop(f"not {how}")) for how in hows}
            found[j] = Counts(n_rows=n_rows, fits=fits, **of_column)
    return found


def examples(table, j, how, where=EVERYWHERE):
    """Return some cells of a column of text that cannot be read in a way, as errors list them."""
    cell = f"c{j}"
    query = (
        f"SELECT DISTINCT {cell} FROM cells WHERE {where} AND {cell} IS NOT NULL "
        f"AND {read_as(cell, how)} IS NULL LIMIT {N_EXAMPLES}"
    )
    return ", ".join(sorted(repr(text) for (text,) in table.rows(query)))


def _hows(table, j, reading):
    """Return the ways to read a column's text."""
    if table.kind(j) is not None:
        return ()
    signs = (POINT, COMMA) if reading.decimal is None else (reading.decimal,)
    return (*signs, TRUTH, ISO, *(DAYS if reading.dates is None else (reading.dates,)))


def _cells(table, j, reading):
    """Yield the SQL of a column's cells, and of them as numbers, as in c0_1."""
    cell, hows = f"c{j}", _hows(table, j, reading)
    yield cell if hows else f"{read_as(cell, STORED[table.kind(j)])} AS {cell}"
    for i, how in enumerate(hows):
        if how in NUMBER_HOWS:
            yield f"{read_as(cell, how)} AS {cell}_{i}"


def _dates(table, j, reading):
    """Yield the SQL of a column's cells as dates, those that are no numbers: which takes time."""
    cell, hows = f"c{j}", _hows(table, j, reading)
    numbers = [f"{cell}_{i} IS NULL" for i, how in enumerate(hows) if how in NUMBER_HOWS]
    may_be = " AND ".join([*numbers, f"regexp_matches({cell}, '\\d')"])
    for i, how in enumerate(hows):
        if how not in NUMBER_HOWS:
            yield f"CASE WHEN {may_be} THEN {read_as(cell, how)} END AS {cell}_{i}"


def _sums(table, j, reading):
    """Return the SQL of what is counted, by its name in `Counts`, and by each way to read text."""
    cell, hows = f"c{j}", _hows(table, j, reading)
    sums = {"n_filled": f"count({cell})", "n_distinct": f"count(DISTINCT {cell})"}
    for i, how in enumerate(hows):
        odd = f"{cell}_{i} IS NULL AND regexp_matches({cell}, '\\d')"
        sums |= {how: f"count({cell}_{i})", f"not {how}": f"count_if({odd})"}
    if hows or table.kind(j) == NUMBER:
        number = f"{cell}_0" if hows else cell
        sums["n_whole"] = f"count_if({number} = floor({number}))"
        sums["span"] = f"max({number}) - min({number})"
    if hows:
        sums["n_codes"] = f"count_if(regexp_full_match(trim({cell}), '0\\d+'))"
    if COMMA in hows and POINT in hows:
        sums["n_unlike"] = f"count_if({cell}_0 <> {cell}_1)"
    return sums
