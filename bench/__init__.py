"""Measurements, run by `bin/manage bench`: every figure is printed beside its floor from the same run."""
