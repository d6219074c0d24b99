"""The one thing pyproject.toml cannot say: an extension that may fail to build."""

import sys
import sysconfig
from glob import glob

from setuptools import Extension, setup

# GNU vector types and target pragmas: GCC 12, Clang, or newer
kernels = Extension(
    "skdistill._kernels",
    sources=sorted(glob("skdistill/csrc/**/*.cpp", recursive=True)),
    depends=sorted(glob("skdistill/csrc/**/*.h", recursive=True)),
    include_dirs=["skdistill/csrc"],
    libraries=["dl"] if sys.platform == "linux" else [],  # of glibc before 2.34
    extra_compile_args=[
        "-std=c++17",
        "-O3",
        "-fno-math-errno",
        "-fwrapv",
        "-fvisibility=hidden",
        "-Wno-psabi",
        "-g0",
    ],
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    py_limited_api=True,
    optional=True,  # without a compiler, torch and NumPy serve
)

# free-threaded Pythons have no stable ABI
supported = sys.platform != "win32" and not sysconfig.get_config_var("Py_GIL_DISABLED")
setup(
    ext_modules=[kernels] if supported else [],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if supported else {},
)
