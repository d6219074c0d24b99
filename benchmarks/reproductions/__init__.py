"""Published experiments, with the papers' own figures beside."""
