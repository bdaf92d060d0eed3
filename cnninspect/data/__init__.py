"""Files of images to batches of tensors."""
