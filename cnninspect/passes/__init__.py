"""Questions asked of a graph; each pass is a function from a graph to one fact for each node."""
