"""How a network is trained: the options of a training section, without torch."""
