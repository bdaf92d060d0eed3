"""Files of images to batches of tensors.

``opening.open_data`` makes a ``Data`` of what the user names; a ``loading.Loader`` makes batches of its splits. A batch
follows from seed, epoch and its number alone, so that nothing of this room has to be stored to go on in an epoch's middle.
"""
