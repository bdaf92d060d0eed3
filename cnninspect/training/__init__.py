"""From a module of torch and a data set to trained weights, with nothing ever lost."""
