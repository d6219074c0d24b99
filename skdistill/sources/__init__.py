"""Where unlabelled rows come from: tables, chunks, Parquet files and Dask, read chunk by chunk."""

from skdistill.sources._open import open_source
from skdistill.sources._parallel import parallel_map

__all__ = ["open_source", "parallel_map"]
