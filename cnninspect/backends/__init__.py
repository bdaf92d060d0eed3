"""What makes something that runs of a graph; nothing here is imported until it is asked for."""
