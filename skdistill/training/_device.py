"""Where torch trains."""

import torch


def find_device(name):
    """Return the name of a device that is there; "auto" stands for the fastest."""
    here = ["cpu"]
    if torch.backends.mps.is_available():
        here.append("mps")
    if torch.cuda.is_available():
        here.append("cuda")
    if name == "auto":
        return here[-1]
    try:
        torch.zeros(1, device=name).tolist()
    except Exception as error:  # each kind of device has one of its own
        raise ValueError(
            f"device={name!r}, but torch {torch.__version__} finds no such device here: "
            f"use {', '.join(map(repr, here))}, or 'auto' for the fastest that there is."
        ) from error
    return name
