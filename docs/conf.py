"""How the site is built: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from skdistill import __version__

project = "skdistill"
author = "the skdistill developers"
copyright = author
version = release = __version__

extensions = [
    "benchmark_results",
    "floors",
    "myst_parser",
    "numpydoc",
    "readme_section",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "README.md", "**/README.rst"]
default_role = "literal"
smartquotes = False  # quotes in types and code are meant
toc_object_entries_show_parents = "hide"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"  # types stand in the docstrings
numpydoc_show_class_members = False  # the templates list them

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "backreferences_dir": "generated/backreferences",
    "doc_module": ("skdistill",),
    "remove_config_comments": True,
    "capture_repr": ("_repr_html_",),
    "show_memory": False,
    "write_computation_times": False,
    "min_reported_time": 3600,  # says more about the machine that builds than about the example
    "show_signature": False,
    "download_all_examples": False,
    "within_subsection_order": "gallery_order.ReadingOrder",
}

html_theme = "pydata_sphinx_theme"
html_title = f"skdistill {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "navbar_align": "left",
    "show_toc_level": 2,
    "show_prev_next": False,
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "logo": {"text": "skdistill"},
    "secondary_sidebar_items": ["page-toc"],
}
html_sidebars = {"*": [], "api": ["sidebar-nav-bs"]}  # folders of pages have their own
html_show_sourcelink = False
templates_path = ["_templates"]
