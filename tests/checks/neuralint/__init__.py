"""The programs that NeuraLint was published with, as models; their faults stand in ``faults.csv``."""
