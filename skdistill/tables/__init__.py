"""Tables of every kind as one thing: their rows, their columns, and what a column holds."""

from skdistill.tables._container import Table
from skdistill.tables._forms import (
    as_table,
    as_values,
    chunk_rows,
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

__all__ = ["as_table", "as_values", "chunk_rows", "column_getter", "column_names", "converted"]
__all__ += ["get_column", "is_frame", "is_sparse", "replace_columns", "stack_rows", "take_rows"]
__all__ += ["CATEGORY", "DATE", "DAY", "NUMBER", "as_floats", "count_texts", "days", "floats"]
__all__ += ["is_categorical", "is_missing", "kind_of", "spelled", "spellings", "year_start"]
__all__ += ["Levels", "Table", "find_offset", "is_wide", "merged_columns", "row_marks"]
