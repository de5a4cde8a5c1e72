"""From features to hidden segments: the matrix, the number of segments, the model, and their names in words."""
