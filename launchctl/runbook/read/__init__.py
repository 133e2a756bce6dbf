"""From the nodes of a file to the values of the model: one reader per kind of thing."""
