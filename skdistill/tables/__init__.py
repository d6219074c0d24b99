"""Tables of every kind as one thing: their rows, their columns, and what a column holds."""

from skdistill.tables._forms import (
    as_table,
    as_values,
    column_getter,
    column_names,
    converted,
    get_column,
    is_frame,
    is_sparse,
    replace_columns,
    stack_rows,
    take_rows,
)
from skdistill.tables._kinds import (
    CATEGORY,
    DATE,
    DAY,
    NUMBER,
    as_floats,
    count_texts,
    days,
    floats,
    is_categorical,
    is_missing,
    kind_of,
    spelled,
    spellings,
    year_start,
)
from skdistill.tables._levels import Levels
from skdistill.tables._marks import row_marks
from skdistill.tables._offsets import find_offset, merged_columns
from skdistill.tables._sparse import is_wide

__all__ = [
    "CATEGORY",
    "DATE",
    "DAY",
    "NUMBER",
    "Levels",
    "as_floats",
    "as_table",
    "as_values",
    "column_getter",
    "column_names",
    "converted",
    "count_texts",
    "days",
    "find_offset",
    "floats",
    "get_column",
    "is_categorical",
    "is_frame",
    "is_missing",
    "is_sparse",
    "is_wide",
    "kind_of",
    "merged_columns",
    "replace_columns",
    "row_marks",
    "spelled",
    "spellings",
    "stack_rows",
    "take_rows",
    "year_start",
]
