"""Model files of a revision, read from git's own store: the work tree is looked at and never touched."""
