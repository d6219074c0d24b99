"""What every floor may use: state around a fit, seeds, progress, files, the extension."""
