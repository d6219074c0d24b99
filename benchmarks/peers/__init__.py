"""The default student beside its peers, each in an environment of its own."""
