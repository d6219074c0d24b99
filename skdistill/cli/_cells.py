"""Cells as numbers and moments, in SQL; NULL where a cell is none."""

from skdistill.tables import DATE, NUMBER

POINT, COMMA, TRUTH, ISO = ".", ",", "truth", "ISO 8601"
DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%b %d, %Y")
NUMBER_HOWS, DATE_HOWS = (POINT, COMMA, TRUTH), (ISO, *DAYS)  # how texts may be read
STORED = {NUMBER: "DOUBLE", DATE: "TIMESTAMP"}  # of columns that a file says the kind of
BLANK, SIGN = r"[\s\x{A0}]*", "[$€£¥₹]?"
GROUPS = r"[1-9]\d{0,2}(?:[, ''\x{A0}\x{202F}]\d{3})+(?:\.\d*)?"  # as in 1,234.50
DIGITS = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
NUMBER_TEXT = (
    f"^{BLANK}[-+]?{BLANK}{SIGN}{BLANK}[-+]?(?:{GROUPS}|{DIGITS}){BLANK}[$€£¥₹%‰]?{BLANK}$"
)
TIMES = ("", " %H:%M", " %H:%M:%S")


def read_as(cell, how):
    """Return a cell as a double or a timestamp in UTC; as it is, if `how` is None.

    Where the file says the kind, `how` is one of `STORED`. Of text it is the sign of decimals,
    where blanks, thousands and signs of currency or percent are no matter; `TRUTH`, which makes
    "true" 1 and "false" 0 in any case; `ISO`; or a form of dates as strftime has it, perhaps with
    a time behind the date.
    """
    if how is None:
        return cell
    if how in STORED.values():
        cast = f"CAST({cell} AS {how})"
        return f"NULLIF({cast}, 'nan')" if how == STORED[NUMBER] else cast
    if how in (POINT, COMMA):
        return _number(cell, how)
    if how == TRUTH:
        return f"CASE lower(trim({cell})) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END"
    return _iso_moment(cell) if how == ISO else _moment(cell, how)


def _number(cell, decimal):
    other = COMMA if decimal == POINT else POINT
    plain = f"replace({cell}, ',', '.')" if decimal == COMMA else cell
    odd = f"[_{other}]"
    simple = f"CASE WHEN NOT regexp_matches({cell}, '{odd}') THEN TRY_CAST({plain} AS DOUBLE) END"
    text = f"translate({cell}, ',.', '.,')" if decimal == COMMA else cell
    digits = f"regexp_replace(regexp_extract({text}, '{NUMBER_TEXT}'), '[^-+0-9.eE]', '', 'g')"
    return f"COALESCE(NULLIF({simple}, 'nan'), TRY_CAST({digits} AS DOUBLE))"


def _moment(cell, form):
    text = f"trim({cell})"
    forms = ", ".join("'" + (form + time).replace("'", "''") + "'" for time in TIMES)
    moment = f"try_strptime({text}, [{forms}])"
    return f"CASE WHEN regexp_matches({text}, '\\d') AND year({moment}) > 999 THEN {moment} END"


def _iso_moment(cell):
    text = f"trim({cell})"
    return (
        rf"CASE WHEN regexp_full_match({text}, '\d{{4}}-\d\d') "
        f"THEN TRY_CAST({text} || '-01' AS TIMESTAMP) "
        rf"WHEN NOT regexp_matches({text}, '^\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}') THEN NULL "
        rf"WHEN regexp_matches({text}, ':\d\d.*(Z|[-+]\d\d(:?\d\d)?)$') "
        f"THEN TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' "
        f"ELSE TRY_CAST({text} AS TIMESTAMP) END"
    )
